import type { DashFlags } from '../flags/store-flags.ts'
import { port } from '../flags/values.ts'
import type { Io } from '../io.ts'
import { openStorePages } from '../jobs/store-pages.ts'
import { withStore } from '../jobs/store-place.ts'
import { StopSignals } from '../terminal/keys.ts'
import { knownRun } from './resume.ts'

/** Serves pages of all runs of a store until it is stopped, and prints their URL. Returns the exit code. */
export async function dashCommand(name: string | undefined, flags: DashFlags, io: Io): Promise<number> {
  const listenAt = port(flags.port ?? true, '--port')
  return await withStore(flags.store, async (store) => {
    const run = name === undefined ? undefined : await knownRun(store, name)
    const pages = await openStorePages(store, { port: listenAt, host: flags.listen, flag: flags.store, env: io.env })
    const stopped = Promise.withResolvers<void>()
    const signals = new StopSignals({ onFirst: () => stopped.resolve(), onSecond: () => stopped.resolve() })
    const idle = setInterval(() => {}, 2 ** 30)
    try {
      io.stdout.write(`${run === undefined ? pages.url : new URL(`runs/${run.id}/`, pages.url).href}\n`)
      io.stderr.write('serving the runs of the store; Ctrl-C ends it\n')
      await stopped.promise
      return signals.received === 'SIGTERM' ? 143 : 130
    } finally {
      clearInterval(idle)
      signals.close()
      await pages.close()
    }
  })
}
