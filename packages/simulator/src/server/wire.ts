import type { Readable } from 'node:stream'
import type { PlannedAnswer, RawBytes, WireFault } from '../faults/plan.ts'
import type { SimulatorRequest } from '../request.ts'

/** One exchange on a socket, whatever the protocol: a request and its answer of HTTP/1.1, or a stream of HTTP/2. */
export interface Wire {
  /** Request without its body. */
  readonly request: Omit<SimulatorRequest, 'body'>
  /** The body of the request; nothing, if there is none to come. */
  readonly body: Readable | undefined
  /** True once the client is gone and cannot be answered. */
  readonly isGone: boolean
  /** Fields about the connection, to be sent with every answer. */
  readonly headers: Readonly<Record<string, string>>
  /** Called when the answer is with the system as a whole. */
  onFinish(listener: () => void): void
  /** Called when the exchange is over, in whatever way, if the connection goes on without it. */
  onClose(listener: () => void): void
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** Sends the head without waiting for the body. */
  flush(): void
  /** False: no more until `onceWritable` says so. */
  write(piece: Uint8Array): boolean
  onceWritable(resume: () => void): void
  end(last?: Uint8Array): void
  /** Ends before the body does: in good order if more was announced. */
  cutShort(): void
  /** Tears the exchange down. */
  reset(): void
  /** Says what makes no sense, which is the end of the connection. */
  talkNonsense(): void
  /** Writes the answer by hand, with the bytes or frames of a fault. */
  byHand(answer: PlannedAnswer, fault: WireFault): HandWriting
}

/** The bytes that a wire has for an answer of its protocol, and the ways to bring them. */
export interface HandWriting {
  readonly bytes: RawBytes
  /** False: no more until `onceWritable` says so. */
  write(piece: Uint8Array): boolean
  onceWritable(resume: () => void): void
  /** The answer is finished, and the connection goes on. */
  done(): void
  /** Closes the connection in good order. */
  close(): void
  /** Tears the connection down. */
  reset(): void
  /** Leaves the connection open, and nothing more is said on it. */
  silence(): void
}

/** The headers of a request, each as one text. */
export function flatHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}
