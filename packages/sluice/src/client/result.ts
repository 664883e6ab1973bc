import type { SluiceError } from '../errors/sluice-error.ts'
import type { Verdict } from '../events/event.ts'
import type { ApiRequest, Cost } from '../http/request.ts'
import type { FromCache } from '../policies/outcome.ts'
import type { Protocol } from '../transport/transport.ts'
import type { CallError } from './errors.ts'

/** Breakdown of a call's time, in milliseconds. The parts add up to `total`. */
export interface Timing {
  /** Time in the local queue, and waiting for a token, over all attempts. */
  readonly queued: number
  /** Time between attempts. */
  readonly backoff: number
  /** Time to get a connection, over all attempts. */
  readonly connect: number
  /** Time from sending the request to the first byte of the response, over all attempts. */
  readonly firstByte: number
  /** Time from the first byte to the end of the body, over all attempts, and any time not covered by other parts. */
  readonly body: number
  /** Time from the call to its result. */
  readonly total: number
}

/** Timing of a call that never started. */
export const noTime: Timing = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0, total: 0 }

/** Record of one attempt. */
export interface AttemptRecord {
  /** Number of the attempt, from 1. */
  readonly number: number
  /** How it ended: `throttled`, `transient` and `notSent` may be retried. */
  readonly verdict: Verdict
  /** Status of its response, if there was one. */
  readonly status?: number
  /** Error of an attempt that was not a success. */
  readonly error?: SluiceError
  /** Number of requests sent: one, plus one for each redirect and for each token that was refused. */
  readonly requests: number
  /** Milliseconds from the start of the call to the admission of the attempt. */
  readonly startedAfter: number
  /** Milliseconds in the local queue, and waiting for a token. */
  readonly queued: number
  /** Milliseconds to get a connection. */
  readonly connect: number
  /** Milliseconds from sending the request to the first byte of the response. */
  readonly firstByte: number
  /** Milliseconds from admission to the end. */
  readonly duration: number
  /** Cost by unit, besides the request itself; missing if unknown. */
  readonly cost?: Cost
  /** Name of the key that was used; only for clients with a `pool`. */
  readonly key?: string
  /** Protocol of the connection; missing if the transport does not report it, or if there was no connection. */
  readonly protocol?: Protocol
}

interface CallResultBase {
  /** Position in the input, from 0. */
  readonly index: number
  /** Id of the request, or its URL if none was given. */
  readonly id: string
  readonly attempts: readonly AttemptRecord[]
  readonly timing: Timing
  /** Date at which the call started, in milliseconds since the epoch; missing if it never started. */
  readonly startedAt?: number
}

/** Success: a response with a status below 400. */
export interface Success<T = unknown, Meta = unknown> extends CallResultBase {
  readonly ok: true
  readonly request: ApiRequest<Meta>
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Final URL after redirects; missing without redirects. */
  readonly redirectedTo?: string
  /** Value of the body: parsed JSON, text or bytes, by its content type or `readAs`. */
  readonly value: T
  /** State of the cache entry if the value is from the cache: fresh, just revalidated, or stale where allowed. */
  readonly fromCache?: FromCache
  /** Bytes of the body as received; only with `keepBody`. */
  readonly body?: Uint8Array
}

/** Failure; `error` gives the reason. */
export interface Failure<Meta = unknown, E = CallError> extends CallResultBase {
  readonly ok: false
  /** Missing if the input was not a valid request. */
  readonly request?: ApiRequest<Meta>
  /** Status of the last response, if there was one. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Final URL after redirects; missing without redirects. */
  readonly redirectedTo?: string
  /** Reason of the failure: a `CallError`, or what `mapError` of the client makes of it. */
  readonly error: E
}

/** Outcome of one call. */
export type CallResult<T = unknown, Meta = unknown, E = CallError> = Success<T, Meta> | Failure<Meta, E>
