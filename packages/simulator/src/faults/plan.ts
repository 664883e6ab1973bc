import type { Content } from './content.ts'

/** What the client will see: an answer, or how there is none. */
export type Plan = PlannedAnswer | NoAnswer

export interface PlannedAnswer {
  readonly kind: 'answer'
  readonly status: number
  /** Names in lower case. Complete, but for `content-length` and the fields that keep a connection. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: PlannedBody
}

/** `reset`: the connection is torn down. `hang`: silence. `garbage`: bytes that are not HTTP, then the end. */
export interface NoAnswer {
  readonly kind: 'reset' | 'hang' | 'garbage'
}

export interface PlannedBody {
  /** Made as they are read; may never end. */
  readonly chunks: Iterable<Uint8Array>
  /** What `content-length` says; without it the length is not announced. */
  readonly length: number | undefined
  /** Milliseconds between two chunks. */
  readonly every: number
  /** `end`: as it should. `close`: the connection is closed early. `reset`: it is torn down. `hang`: nothing more comes. */
  readonly ending: 'end' | 'close' | 'reset' | 'hang'
}

/** A body that arrives whole. */
export function wholeBody({ chunks, length }: Content): PlannedBody {
  return { chunks, length, every: 0, ending: 'end' }
}
