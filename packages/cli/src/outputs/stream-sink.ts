import type { Writable } from 'node:stream'
import { writeError } from './output-errors.ts'
import type { Sink } from './result-writer.ts'

/**
 * Writes to a stream that belongs to somebody else, such as stdout: closing it waits until everything is handed over, and
 * leaves it open. Errors come from `write` and `close`, never as an event that nobody hears.
 */
export function streamSink(stream: Writable, path: string = 'stdout'): Sink {
  const gate = drainGate(stream, path)
  return {
    path,
    partPath: undefined,
    write: gate.write,
    close: () =>
      new Promise((resolve, reject) => {
        if (gate.failure() !== undefined) return reject(gate.failure())
        stream.write('', (error) => (error == null ? resolve() : reject(writeError(path, error))))
      }),
    abort: () => Promise.resolve(),
    failure: gate.failure,
  }
}

/** Back-pressure and errors of a stream, in the manner of a Sink. */
export interface DrainGate {
  write(data: string | Uint8Array): Promise<void> | void
  failure(): Error | undefined
}

/** Listens to a stream for as long as it lives: an error after the last write must not end the process either. */
export function drainGate(stream: Writable, path: string): DrainGate {
  let failure: Error | undefined
  let waiting: PromiseWithResolvers<void> | undefined

  const fail = (error: unknown): void => {
    failure ??= writeError(path, error)
    waiting?.reject(failure)
    waiting = undefined
  }
  stream.on('error', fail)
  stream.on('close', () => {
    if (!stream.writableFinished) fail(Object.assign(new Error('closed'), { code: 'ERR_STREAM_DESTROYED' }))
  })
  stream.on('drain', () => {
    waiting?.resolve()
    waiting = undefined
  })
  return {
    failure: () => failure,
    write: (data) => {
      if (failure !== undefined) throw failure
      if (stream.write(data)) return
      if (waiting === undefined) {
        waiting = Promise.withResolvers()
        // Whoever awaits it gets the error; a caller who does not wait must not crash the process.
        waiting.promise.catch(() => {})
      }
      return waiting.promise
    },
  }
}
