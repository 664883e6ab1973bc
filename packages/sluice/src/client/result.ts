import type { SluiceError } from '../errors/sluice-error.ts'
import type { Verdict } from '../events/event.ts'
import type { ApiRequest, Cost } from '../http/request.ts'
import type { FromCache } from '../policies/outcome.ts'
import type { Protocol } from '../transport/transport.ts'
import type { CallError } from './errors.ts'

/** Where the time of a call went, in milliseconds. The parts add up to `total`. */
export interface Timing {
  /** Waiting for our own limits, and for a token, over all attempts. */
  readonly queued: number
  /** Waiting between attempts. */
  readonly backoff: number
  /** Getting a connection, over all attempts. */
  readonly connect: number
  /** From the request leaving to the first byte of the answer, over all attempts. */
  readonly firstByte: number
  /** From the first byte to the end of the body, over all attempts; also what no other part explains. */
  readonly body: number
  /** From the call to its result. */
  readonly total: number
}

/** Timing of a call that never began. */
export const noTime: Timing = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0, total: 0 }

/** One try of a call. */
export interface AttemptRecord {
  /** From 1. */
  readonly number: number
  readonly verdict: Verdict
  readonly status?: number
  /** Why it was not a success. */
  readonly error?: SluiceError
  /** Requests that were sent in it: one, and one more for each redirect and for a token that was refused. */
  readonly requests: number
  /** Milliseconds in the line for our own limits, and waiting for a token. */
  readonly queued: number
  /** Milliseconds from being admitted to its end. */
  readonly duration: number
  /** Cost by unit, besides the request itself; missing if nothing is known of that. */
  readonly cost?: Cost
  /** Name of the key that it was sent with; only of clients with a `pool`. */
  readonly key?: string
  /** Protocol of its connection; missing if the transport does not tell it, and if there was no connection. */
  readonly protocol?: Protocol
}

interface CallResultBase {
  /** Position in the input, from 0. */
  readonly index: number
  /** The given id, or else the URL. */
  readonly id: string
  readonly attempts: readonly AttemptRecord[]
  readonly timing: Timing
  /** Date at which the call was begun, in milliseconds since the epoch; missing if it never was. */
  readonly startedAt?: number
}

/** The server said yes: a status below 400. */
export interface Success<T = unknown, Meta = unknown> extends CallResultBase {
  readonly ok: true
  readonly request: ApiRequest<Meta>
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Where redirects have led; missing if there were none. */
  readonly redirectedTo?: string
  /** The body: parsed JSON, text or bytes, by its content type or as `readAs` says. */
  readonly value: T
  /** How it came from the cache, if it did: still fresh, confirmed by the server just now, or stale and allowed to be. */
  readonly fromCache?: FromCache
  /** The bytes of the body as they came; only where `keepBody` asks for them. */
  readonly body?: Uint8Array
}

/** The call failed; `error` says why. */
export interface Failure<Meta = unknown> extends CallResultBase {
  readonly ok: false
  /** Missing when the input was no request at all. */
  readonly request?: ApiRequest<Meta>
  /** Status of the last answer, if there was one. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Where redirects have led; missing if there were none. */
  readonly redirectedTo?: string
  readonly error: CallError
}

/** How one call ended. */
export type CallResult<T = unknown, Meta = unknown> = Success<T, Meta> | Failure<Meta>
