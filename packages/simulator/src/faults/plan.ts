import type { Content } from './content.ts'

/** The outcome for the client: an answer, or the way in which there is none. */
export type Plan = PlannedAnswer | NoAnswer

export interface PlannedAnswer {
  readonly kind: 'answer'
  readonly status: number
  /** Names in lower case. Complete, but for `content-length` and the fields that keep a connection. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: PlannedBody
  /** Bytes or frames in place of those that the server would write; without it the usual ones. Ignored for HEAD. */
  readonly onWire?: WireFault
}

/** `reset`: the connection is torn down. `hang`: silence. `garbage`: bytes that are not HTTP, then the end. */
export interface NoAnswer {
  readonly kind: 'reset' | 'hang' | 'garbage'
}

export interface PlannedBody {
  /** Made as they are read; may never end. */
  readonly chunks: Iterable<Uint8Array>
  /** The value of `content-length`; without it the length is not announced. */
  readonly length: number | undefined
  /** Milliseconds between two chunks. */
  readonly every: number
  /** `end`: as it should. `close`: the connection is closed early. `reset`: it is torn down. `hang`: nothing more comes. */
  readonly ending: 'end' | 'close' | 'reset' | 'hang'
}

/** Everything that is written for one answer, its head included. `hang` silences the whole connection. */
export type RawBytes = Omit<PlannedBody, 'length'>

/** A fault of bytes and frames: how an answer is written that goes wrong below the level of status, fields and body. */
export interface WireFault {
  readonly http1: (answer: PlannedAnswer) => RawBytes
  readonly http2: (answer: PlannedAnswer, stream: StreamPlace) => RawBytes
  /** The outcome in process, where there are no bytes: that of a client on HTTP/1.1 that reads strictly. */
  readonly inProcess: 'answer' | 'reset' | 'protocol' | 'hang' | 'truncated'
  /** By HTTP/2 the client is told that the request was not processed, so that it may send it again. */
  readonly isRefusal?: boolean
}

/** The HTTP/2 stream that is answered. */
export interface StreamPlace {
  readonly id: number
  /** The newest stream that the server has taken on the connection, and not said to be unprocessed. */
  readonly newest: number
}

/** A body that arrives whole. */
export function wholeBody({ chunks, length }: Content): PlannedBody {
  return { chunks, length, every: 0, ending: 'end' }
}
