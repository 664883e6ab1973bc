import type { SluiceError } from '../errors/sluice-error.ts'
import type { ApiRequest } from '../http/request.ts'

/** Meaning of an ended attempt for what happens next. */
export type Verdict = 'success' | 'throttled' | 'transient' | 'permanent' | 'notSent' | 'cancelled'

/** Everything a client tells about itself. `at` is the clock's monotonic time in milliseconds. */
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

/** A call was given to the client. */
interface CallStarted extends CallEvent {
  readonly type: 'call.started'
}

/** The same is in flight already: the call sends nothing, and gets the answer of that one. */
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

/** A kept answer was given without asking the server, or though it could not be asked. */
interface CacheHit extends CallEvent {
  readonly type: 'cache.hit'
  readonly how: 'fresh' | 'stale'
  /** Seconds since the server made or confirmed it. */
  readonly age: number
}

/** The server has confirmed a kept answer, and it was given. */
interface CacheRevalidated extends CallEvent {
  readonly type: 'cache.revalidated'
}

/** An answer was kept. */
interface CacheStored extends CallEvent {
  readonly type: 'cache.stored'
}

/** The store of the cache has failed; requests are sent as if nothing were cached. */
interface CacheFailed {
  readonly type: 'cache.failed'
  readonly at: number
  readonly error: unknown
}

/** All gates said yes; the request is on its way to the transport. */
interface AttemptStarted extends CallEvent {
  readonly type: 'attempt.started'
  /** From 1. */
  readonly attempt: number
  /** Milliseconds in the line. */
  readonly queued: number
  /** Name of the key that it is sent with; only of clients with a `pool`. */
  readonly key?: string
}

/** The head of an answer is there, whose body is read as it comes. */
interface AttemptHeaders extends CallEvent {
  readonly type: 'attempt.headers'
  readonly attempt: number
  readonly status: number
  /** Milliseconds since the limits let the attempt go. */
  readonly after: number
}

/** An attempt was answered, failed, or was not begun at all. */
interface AttemptSettled extends CallEvent {
  readonly type: 'attempt.settled'
  readonly attempt: number
  readonly verdict: Verdict
  /** Bytes of a body that was read as it came, decoded. */
  readonly bytes?: number
  readonly duration: number
  readonly status?: number
  readonly error?: SluiceError
}

/** Another attempt will follow after `delay` milliseconds. */
interface RetryScheduled extends CallEvent {
  readonly type: 'retry.scheduled'
  /** The number of the attempt to come. */
  readonly attempt: number
  readonly delay: number
  readonly verdict: Verdict
}

/** An attempt has taken long, and a second one goes out beside it. */
interface HedgeSent extends CallEvent {
  readonly type: 'hedge.sent'
  /** The number of the second one. */
  readonly attempt: number
  /** Milliseconds that the first one has taken. */
  readonly after: number
}

/** The answer sent us elsewhere, and we go. */
interface RedirectFollowed extends CallEvent {
  readonly type: 'redirect.followed'
  readonly status: number
  readonly to: string
}

/** The server asked a whole partition to wait. */
interface PartitionPaused {
  readonly type: 'partition.paused'
  readonly at: number
  readonly partition: string
  /** On the same scale as `at`. */
  readonly until: number
}

/** The server has refused a key of a pool: its requests go with other keys until it is tried again. */
interface KeyRefused {
  readonly type: 'key.refused'
  readonly at: number
  readonly partition: string
  /** Name of the key. */
  readonly key: string
  /** Status of the refusal. */
  readonly status: number
  /** When it is tried again, on the same scale as `at`. */
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
  /** When it is open: until when, on the same scale as `at`. */
  readonly until?: number
  /** When it is open: the last failure, if this process has seen one. */
  readonly cause?: string
}

/** The concurrency that is found by itself was changed. */
interface ConcurrencyChanged {
  readonly type: 'concurrency.changed'
  readonly at: number
  readonly partition: string
  readonly from: number
  readonly to: number
  /** Such as `growth`, `loss` or `latency`. */
  readonly reason: string
}

/** This machine had no files, ports or memory for another connection, and fewer attempts are in flight from now on. Told once. */
interface LocalLimited {
  readonly type: 'local.limited'
  readonly at: number
  /** Names the resource that has run out, and the setting that changes it. */
  readonly message: string
}

/** The line of a partition (or, without one, of all) began to wait for this gate. */
interface GateWaiting {
  readonly type: 'gate.waiting'
  readonly at: number
  readonly gate: string
  readonly partition?: string
}
