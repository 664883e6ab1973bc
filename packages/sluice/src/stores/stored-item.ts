/** Kind of a body, which decides how it is shown. With `file`, the store has the path of the file with the body. */
export type BodyKind = StoredResult['bodyKind']

/** Result of one item, as plain data without secrets. */
export interface StoredResult {
  /** Position in the source, from 0. */
  readonly index: number
  readonly id: string
  /** Credentials are masked. Undefined if the item was not a request. */
  readonly url?: string | undefined
  readonly method?: string | undefined
  readonly ok: boolean
  readonly status?: number | undefined
  /** Credentials are masked; `retryAt` is in milliseconds since the epoch. */
  readonly error?:
    | { readonly code: string; readonly message: string; readonly retryAt?: number | undefined }
    | undefined
  readonly attempts: number
  /** Number of requests sent for it: those of every attempt, and of every redirect. */
  readonly requests: number
  /** Number of attempts that were refused because of a rate or a quota. */
  readonly throttled: number
  /** Duration of each attempt in milliseconds, from its admission to its end. */
  readonly attemptMs: readonly number[]
  /**
   * Attempts of a call with several: their starts in milliseconds after that of the call, milliseconds to get a
   * connection and to the first byte, and status or code of the error. @default unknown, or a single attempt
   */
  readonly attemptParts?:
    | readonly (readonly [start: number, connect: number, firstByte: number, ending: string])[]
    | undefined
  /** Milliseconds: queued, backoff, connect, first byte, body, total. */
  readonly timing: readonly [number, number, number, number, number, number]
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly bodyKind: 'none' | 'json' | 'text' | 'bytes' | 'file'
  /** Body as received. For a failure, the start of the server's response, without secrets. */
  readonly body?: Uint8Array | undefined
  /** Protocol of the last connection, if it is known. */
  readonly protocol?: string | undefined
  /** Data of the caller, as in JSON. Numbers that a JavaScript number would change are `JsonNumber`s. */
  readonly meta?: unknown
  /** Time at which it was settled, in milliseconds since the epoch. */
  readonly settledAt: number
}

/** Error of an item as plain data. Credentials are masked. */
export type StoredError = NonNullable<StoredResult['error']>

/** Item that has to wait too long to be held in memory. */
export interface ParkedItem {
  readonly index: number
  readonly id: string
  /** Time from which it may be tried, in milliseconds since the epoch. */
  readonly until: number
  /** Code of the error that caused the wait. */
  readonly code: string
}

/** Item of a source that cannot be read again, as plain data. */
export interface SpooledItem {
  readonly index: number
  readonly request: string
}

/** Final status or, without one, code of the error. Results are counted by it. */
export function endingOf({ status, error }: Pick<StoredResult, 'status' | 'error'>): string {
  return status === undefined ? (error?.code ?? 'unknown') : String(status)
}
