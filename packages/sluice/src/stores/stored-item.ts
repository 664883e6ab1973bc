/** Kind of a body, by which it is shown; with `file` the store has the path of the file that the body was written to. */
export type BodyKind = 'none' | 'json' | 'text' | 'bytes' | 'file'

/** The result of one item, as plain data. Nothing in it is a secret. */
export interface StoredResult {
  /** Position in the source, from 0. */
  readonly index: number
  readonly id: string
  /** Credentials are masked. Missing if the item was no request. */
  readonly url?: string | undefined
  readonly method?: string | undefined
  readonly ok: boolean
  readonly status?: number | undefined
  readonly error?: StoredError | undefined
  readonly attempts: number
  /** Requests that were sent for it: of every attempt, and of every redirect. */
  readonly requests: number
  /** Attempts that were refused because of a rate or a quota. */
  readonly throttled: number
  /** Milliseconds from being admitted to its end, of each attempt. */
  readonly attemptMs: readonly number[]
  /** Milliseconds: queued, backoff, connect, first byte, body, total. */
  readonly timing: readonly [number, number, number, number, number, number]
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly bodyKind: BodyKind
  /** The body as received; of a failure the beginning of what the server said, without secrets. */
  readonly body?: Uint8Array | undefined
  /** Protocol of the last connection, if it is known. */
  readonly protocol?: string | undefined
  /** The caller's own, as JSON keeps it. Numbers that a JavaScript number would change are `JsonNumber`s. */
  readonly meta?: unknown
  /** Date at which it was settled, in milliseconds since the epoch. */
  readonly settledAt: number
}

/** Error of an item as plain data. Credentials are masked. */
export interface StoredError {
  readonly code: string
  readonly message: string
  /** Milliseconds since the epoch. */
  readonly retryAt?: number | undefined
}

/** An item that has to wait so long that it is not worth keeping it in memory. */
export interface ParkedItem {
  readonly index: number
  readonly id: string
  /** Date from which it may be tried, in milliseconds since the epoch. */
  readonly until: number
  /** Code of the error that made it wait. */
  readonly code: string
}

/** An item of a source that cannot be read again, as plain data. */
export interface SpooledItem {
  readonly index: number
  readonly request: string
}

/** The final status or, where there was none, the code of the error: what results are counted by. */
export function endingOf({ status, error }: Pick<StoredResult, 'status' | 'error'>): string {
  return status === undefined ? (error?.code ?? 'unknown') : String(status)
}
