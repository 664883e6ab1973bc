import type { SluiceError } from '../errors/sluice-error.ts'
import type { ApiRequest } from '../http/request.ts'

/** Classification of a finished attempt, which decides what happens next. @inline */
export type Verdict = AttemptSettled['verdict']

/** Events of a client. `at` is the clock's monotonic time in milliseconds. */
export type SluiceEvent =
  | CallStarted
  | CallJoined
  | CallSettled
  | CacheHit
  | CacheRevalidated
  | CacheStored
  | CacheFailed
  | AttemptStarted
  | AttemptHeaders
  | AttemptSettled
  | RetryScheduled
  | HedgeSent
  | RedirectFollowed
  | PartitionPaused
  | KeyRefused
  | LimitLearned
  | BreakerChanged
  | ConcurrencyChanged
  | LocalLimited
  | GateWaiting

interface CallEvent {
  readonly at: number
  readonly request: ApiRequest
}

/** A call was passed to the client. */
interface CallStarted extends CallEvent {
  readonly type: 'call.started'
}

/** An identical request is in flight already: the call sends nothing and gets the same response. */
interface CallJoined extends CallEvent {
  readonly type: 'call.joined'
}

/** A call has its result. */
interface CallSettled extends CallEvent {
  readonly type: 'call.settled'
  readonly ok: boolean
  readonly attempts: number
  /** Milliseconds from `call.started`. */
  readonly duration: number
  readonly status?: number
  readonly error?: Error
}

/** A cached response was returned without contacting the server, or because it could not be reached. */
interface CacheHit extends CallEvent {
  readonly type: 'cache.hit'
  readonly how: 'fresh' | 'stale'
  /** Seconds since the server generated or validated it. */
  readonly age: number
}

/** The server validated a cached response, which was returned. */
interface CacheRevalidated extends CallEvent {
  readonly type: 'cache.revalidated'
}

/** A response was cached. */
interface CacheStored extends CallEvent {
  readonly type: 'cache.stored'
}

/** The cache store failed; requests are sent as if nothing were cached. */
interface CacheFailed {
  readonly type: 'cache.failed'
  readonly at: number
  readonly error: unknown
}

/** All limiters let the attempt start; the request was passed to the transport. */
interface AttemptStarted extends CallEvent {
  readonly type: 'attempt.started'
  /** From 1. */
  readonly attempt: number
  /** Milliseconds in the queue. */
  readonly queued: number
  /** Name of its key; only for clients with a `pool`. */
  readonly key?: string
}

/** The headers of a streamed response arrived. */
interface AttemptHeaders extends CallEvent {
  readonly type: 'attempt.headers'
  readonly attempt: number
  readonly status: number
  /** Milliseconds since the attempt started. */
  readonly after: number
}

/** An attempt was answered, failed, or never started. */
interface AttemptSettled extends CallEvent {
  readonly type: 'attempt.settled'
  readonly attempt: number
  readonly verdict: 'success' | 'throttled' | 'transient' | 'permanent' | 'notSent' | 'cancelled'
  /** Decoded bytes of the body; absent without a response. */
  readonly bytes?: number
  /** Protocol of its connection, such as `h2`, if the transport tells it. */
  readonly protocol?: string
  readonly duration: number
  readonly status?: number
  readonly error?: SluiceError
}

/** A retry follows in `delay` milliseconds. */
interface RetryScheduled extends CallEvent {
  readonly type: 'retry.scheduled'
  /** Number of the next attempt. */
  readonly attempt: number
  readonly delay: number
  readonly verdict: Verdict
}

/** An attempt is slow, so a second one is sent alongside. */
interface HedgeSent extends CallEvent {
  readonly type: 'hedge.sent'
  /** Number of the second attempt. */
  readonly attempt: number
  /** Milliseconds since the first one started. */
  readonly after: number
}

/** A redirect is followed. */
interface RedirectFollowed extends CallEvent {
  readonly type: 'redirect.followed'
  readonly status: number
  readonly to: string
}

/** The server requested a pause for a whole partition. */
interface PartitionPaused {
  readonly type: 'partition.paused'
  readonly at: number
  readonly partition: string
  /** On the same scale as `at`. */
  readonly until: number
}

/** The server refused a key of a pool: other keys are used until it is tried again. */
interface KeyRefused {
  readonly type: 'key.refused'
  readonly at: number
  readonly partition: string
  /** Name of the key. */
  readonly key: string
  /** Status of the refusal. */
  readonly status: number
  /** When the key is tried again, on the same scale as `at`. */
  readonly until: number
}

/** A limit that the server does not state was learned from refusals, or corrected. */
interface LimitLearned {
  readonly type: 'limit.learned'
  readonly at: number
  readonly partition: string
  /** Such as `50/s`. */
  readonly rate: string
}

/** The breaker of a partition opened, let probes through, or closed. */
interface BreakerChanged {
  readonly type: 'breaker.changed'
  readonly at: number
  readonly partition: string
  readonly from: 'closed' | 'open' | 'half-open'
  readonly to: 'open' | 'closed'
  /** Such as `failure ratio` or `probes succeeded`. */
  readonly reason: string
  /** While open: when it ends, on the same scale as `at`. */
  readonly until?: number
  /** While open: the last failure, if this process saw one. */
  readonly cause?: string
}

/** Automatic concurrency changed its limit. */
interface ConcurrencyChanged {
  readonly type: 'concurrency.changed'
  readonly at: number
  readonly partition: string
  readonly from: number
  readonly to: number
  /** Reason such as `growth`, `loss` or `latency`. */
  readonly reason: string
}

/** Calls that fit into memory. */
export type MemoryUse = NonNullable<LocalLimited['memory']>

/**
 * Fewer attempts are in flight from now on, because this machine ran out of files, ports or memory for another
 * connection, or large responses fill the memory that they may take. Emitted once for each cause.
 */
interface LocalLimited {
  readonly type: 'local.limited'
  readonly at: number
  /** Names the exhausted resource, and the setting that changes it. */
  readonly message: string
  /** Set if large responses are the cause: calls that fit, the largest recent body, and the memory for all, in bytes. */
  readonly memory?: { readonly concurrency: number; readonly body: number; readonly maxMemory: number }
}

/** The queue of a partition (or, without one, of all) started waiting for this limiter. */
interface GateWaiting {
  readonly type: 'gate.waiting'
  readonly at: number
  readonly gate: string
  readonly partition?: string
}
