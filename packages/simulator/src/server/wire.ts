import type { Readable } from 'node:stream'
import type { PlannedAnswer, RawBytes, WireFault } from '../faults/plan.ts'
import type { SimulatorRequest } from '../request.ts'

/** One exchange on a socket, independent of the protocol: an HTTP/1.1 request and response, or an HTTP/2 stream. */
export interface Wire {
  /** Request without its body. */
  readonly request: Omit<SimulatorRequest, 'body'>
  /** Body of the request; undefined if there is none. */
  readonly body: Readable | undefined
  /** True once the client is gone and cannot be answered. */
  readonly isGone: boolean
  /** Headers about the connection, sent with every response. */
  readonly headers: Readonly<Record<string, string>>
  /** Called when the whole response was handed to the operating system. */
  onFinish(listener: () => void): void
  /** Called when the exchange is over, for whatever reason, while the connection stays open. */
  onClose(listener: () => void): void
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** Sends the head without waiting for the body. */
  flush(): void
  /** False: no more until `onceWritable` says so. */
  write(piece: Uint8Array): boolean
  onceWritable(resume: () => void): void
  end(last?: Uint8Array): void
  /** Ends before the body is complete: gracefully, although more was announced. */
  cutShort(): void
  /** Resets the exchange. */
  reset(): void
  /** Writes bytes that are not HTTP, which ends the connection. */
  talkNonsense(): void
  /** Writes the response by hand, with the bytes or frames of a fault. */
  byHand(answer: PlannedAnswer, fault: WireFault): HandWriting
}

/** Bytes of a response in the wire's protocol, and the ways to write and end them. */
export interface HandWriting {
  readonly bytes: RawBytes
  /** False: no more until `onceWritable` says so. */
  write(piece: Uint8Array): boolean
  onceWritable(resume: () => void): void
  /** The response is finished; the connection stays open. */
  done(): void
  /** Closes the connection gracefully. */
  close(): void
  /** Resets the connection. */
  reset(): void
  /** Keeps the connection open, but sends nothing more on it. */
  silence(): void
}

/** Request headers, each as one string. */
export function flatHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}
