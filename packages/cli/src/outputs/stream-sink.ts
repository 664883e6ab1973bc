import type { Writable } from 'node:stream'
import { writeError } from './output-errors.ts'

/**
 * Writes to a stream that belongs to somebody else, such as stdout: closing it waits until everything is handed over, and
 * leaves it open. Errors come from `write` and `close`, never as an unhandled event.
 */
export function streamSink(stream: Writable, path: string = 'stdout'): Sink {
  const gate = drainGate(stream, path)
  return {
    path,
    partPath: undefined,
    write: gate.write,
    close: () =>
      new Promise((resolve, reject) => {
        gate.flush()
        if (gate.failure() !== undefined) return reject(gate.failure())
        stream.write('', (error) => (error == null ? resolve() : reject(writeError(path, error))))
      }),
    abort: async () => gate.flush(),
    failure: gate.failure,
  }
}

/** Milliseconds for which texts are gathered. */
const gatherTime = 5
/** Characters that are written before that: larger writes cost no less for each line. */
const gatherSize = 65_536

/** Back-pressure and errors of a stream, in the manner of a Sink. */
export interface DrainGate {
  write(data: string | Uint8Array): Promise<void> | void
  /** Hands what was gathered to the stream. Call before its end. */
  flush(): void
  failure(): Error | undefined
}

/**
 * Listens to a stream for as long as it lives: an error after the last write must not end the process either. Texts of
 * 5 ms are written together until the stream is full, except to a terminal, where other lines come between them.
 */
export function drainGate(stream: Writable, path: string): DrainGate {
  let failure: Error | undefined
  let waiting: PromiseWithResolvers<void> | undefined
  let text = ''
  let timer: NodeJS.Timeout | undefined
  const gathers = (stream as { readonly isTTY?: boolean }).isTTY !== true

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
  const handOver = (data: string | Uint8Array): void => {
    if (stream.write(data) || waiting !== undefined) return
    waiting = Promise.withResolvers()
    // A caller that awaits it gets the error; one that does not must not crash the process.
    waiting.promise.catch(() => {})
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    const gathered = text
    text = ''
    if (gathered !== '' && failure === undefined) handOver(gathered)
  }
  return {
    failure: () => failure,
    flush,
    write: (data) => {
      if (failure !== undefined) throw failure
      if (typeof data === 'string' && gathers) {
        text += data
        timer ??= setTimeout(flush, gatherTime)
        if (text.length >= gatherSize || stream.writableLength + text.length >= stream.writableHighWaterMark) flush()
      } else {
        flush()
        handOver(data)
      }
      return waiting?.promise
    },
  }
}

/** Where results go. Errors are OutputErrors, or a ClosedPipeError if the reader has gone. */
export interface ResultWriter {
  /** Writes one record. A promise means that no more should come before it is done. */
  write(record: object): Promise<void> | void
  /** Writes what is left and puts the result in its place. Only after this is it whole. */
  close(): Promise<void>
  /** Stops early. What was written stays; a file keeps its provisional name. Never rejects. */
  abort(): Promise<void>
}

/** A writer, and the file that an abort leaves behind: nothing for stdout and for `--append`. */
export interface OpenedWriter extends Pick<Sink, 'path' | 'partPath' | 'setAside'> {
  readonly writer: ResultWriter
}

/** Where text or bytes go: what a ResultWriter writes to. */
export interface Sink {
  /** The file, or `stdout`. */
  readonly path: string
  /** The file that an abort leaves behind, if there is one. */
  readonly partPath: string | undefined
  /** Where what an earlier run has left behind has been moved. */
  readonly setAside?: string | undefined
  write(data: string | Uint8Array): Promise<void> | void
  close(): Promise<void>
  abort(): Promise<void>
  /** Why something could not be written; known for certain after a close or an abort. */
  failure(): Error | undefined
}
