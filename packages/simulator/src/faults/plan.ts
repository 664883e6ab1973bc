import type { Content } from './content.ts'

/** Outcome for the client: a response, or the way in which there is none. */
export type Plan = PlannedAnswer | NoAnswer

export interface PlannedAnswer {
  readonly kind: 'answer'
  readonly status: number
  /** Names in lower case. Complete except for `content-length` and the headers of the connection. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: PlannedBody
  /** Bytes or frames that replace the server's own. Ignored for HEAD. */
  readonly onWire?: WireFault
}

/** `reset`: the connection is torn down. `hang`: nothing is sent. `garbage`: bytes that are not HTTP, then the end. */
export interface NoAnswer {
  readonly kind: 'reset' | 'hang' | 'garbage'
}

export interface PlannedBody {
  /** Generated while they are read; may never end. */
  readonly chunks: Iterable<Uint8Array>
  /** Value of `content-length`; undefined if the header is omitted. */
  readonly length: number | undefined
  /** Milliseconds between two chunks. */
  readonly every: number
  /** `end`: complete. `close`: closed early. `reset`: torn down. `hang`: nothing more is sent. */
  readonly ending: 'end' | 'close' | 'reset' | 'hang'
}

/** All bytes of one response, its head included. `hang` silences the whole connection. */
export type RawBytes = Omit<PlannedBody, 'length'>

/** A wire fault: how a response is written that breaks below the level of status, headers and body. */
export interface WireFault {
  readonly http1: (answer: PlannedAnswer) => RawBytes
  readonly http2: (answer: PlannedAnswer, stream: StreamPlace) => RawBytes
  /** Outcome in process, where there are no bytes: that of a strict HTTP/1.1 client. */
  readonly inProcess: 'answer' | 'reset' | 'protocol' | 'hang' | 'truncated'
  /** HTTP/2 tells the client that the request was not processed, so it may be retried. */
  readonly isRefusal?: boolean
}

/** The HTTP/2 stream of the response. */
export interface StreamPlace {
  readonly id: number
  /** Newest stream that the server accepted on the connection and did not report as unprocessed. */
  readonly newest: number
}

/** Body that arrives complete. */
export function wholeBody({ chunks, length }: Content): PlannedBody {
  return { chunks, length, every: 0, ending: 'end' }
}
