import { parentPort, workerData } from 'node:worker_threads'
import { type OpenFileOptions, openFile, type Verb } from './open-file.ts'
import type { SqliteFile } from './sqlite-file.ts'
import { type Answer, answer, argsOf, failed, type Question, transfersOf } from './thread-messages.ts'

// Thread of a store. It ends when its port has no listener: after `close`, or if its file could not be opened.
const port = parentPort!

function say(said: Answer): void {
  port.postMessage(said, transfersOf(said))
}

try {
  const file = await openFile(workerData as OpenFileOptions)
  const listener = (asked: Question): void => {
    try {
      if (asked.verb === 'close') {
        // Deno has no removeAllListeners here.
        port.off('message', listener)
        file.close()
        say({ id: asked.id })
      } else {
        const args = argsOf(asked) as Parameters<SqliteFile[Verb]>
        say(answer(asked, file.perform(asked.verb, args)))
      }
    } catch (reason) {
      say(failed(asked.id, reason))
    }
  }
  port.on('message', listener)
  say({ id: 0 })
} catch (reason) {
  say(failed(0, reason))
}
