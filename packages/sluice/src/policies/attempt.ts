import type { Verdict } from '../events/event.ts'
import type { ApiRequest, Cost } from '../http/request.ts'
import { Cancellation } from '../time/cancellation.ts'
import type { Clock } from '../time/clock.ts'
import type { BodySink, OwnExchange, Protocol } from '../transport/transport.ts'
import type { CarriedCredentials, Credentials, HeldKey } from './auth/credentials.ts'
import type { Outcome } from './outcome.ts'

/** Applies back-pressure: while the consumer of results lags, no further call starts, even if the limits allow it. */
export interface BackPressure {
  readonly isOpen: boolean
  /** True while the run of the call is paused, or has lost the right to send: no time passes for its deadline then. */
  readonly isPaused?: boolean
  /** Calls `reenter` once it is open again. */
  whenOpen(reenter: () => void): void
  /** Called when a call has got its first permit, so that its queue takes another. */
  onAdmitted(call: Call): void
}

/** Rest of the budget of a run: while it allows no further attempt, none starts. */
export interface Spending extends Pick<BackPressure, 'whenOpen'> {
  allows(request: ApiRequest): boolean
  /** Reserves what an attempt may cost. */
  take(attempt: Attempt): void
  /** Counts what it has cost in place of that. */
  settle(attempt: Attempt): void
}

/** Told what happens to a call, by the policy that repeats it. */
export interface CallObserver {
  /** An attempt has ended, or was not begun. */
  onAttempt(attempt: Attempt, outcome: Outcome, verdict: Verdict): void
  /** `waited` milliseconds have passed between this attempt and the next. */
  onBackoff(attempt: Attempt, waited: number): void
}

/** Takes over the body of the answer that the caller gets, as it comes. */
export interface StreamTaker {
  /** True once a body is handed over: nothing is retried after that. */
  readonly isOpen: boolean
  /** Consumer of the body of an answer with this head; undefined if it is to be read whole. */
  open(attempt: Attempt, status: number, headers: Readonly<Record<string, string>>): BodySink | undefined
}

/** Parts of a call; `arrival` is its first place in the queue. */
export type CallParts = Pick<Call, 'request' | 'index' | 'startedAt' | 'deadlineAt' | 'observer'> & {
  readonly [Name in Optional]?: Call[Name] | undefined
} & { readonly arrival: number }

type Optional = 'backPressure' | 'waitsForRecovery' | 'credentials' | 'scope' | 'followsRedirects' | 'stream' | Limiting
type Limiting = 'spending' | 'caller' | 'maxWait'

/** One `send` with all its attempts. */
export class Call {
  readonly request: ApiRequest
  /** Position in its input, from 0. */
  readonly index: number
  /** Place in the queue: the order of arrival at the client. A retry keeps it, within bounds. */
  place: number
  /** True if it goes to the end when it next joins its queue. */
  requeuedLast = false
  readonly startedAt: number
  /** When it has to be over, on the clock's monotonic scale; Infinity without a deadline. */
  deadlineAt: number
  readonly backPressure: BackPressure | undefined
  /**
   * True if it waits for a failing server, as an item of a run does; `'queue'` if it does so only in front of an open breaker. A
   * single call is refused at once. @default false
   */
  readonly waitsForRecovery: boolean | 'queue'
  /** Those of a request for a token; any other gets the client's. */
  readonly credentials: (() => Credentials) | undefined
  /** Telemetry context that was active where the call was requested. */
  readonly scope: unknown
  /** Otherwise a redirect is an answer like any other. @default true */
  readonly followsRedirects: boolean
  /** Where a body is read as it comes. */
  readonly stream: StreamTaker | undefined
  /** Budget of its run. */
  readonly spending: Spending | undefined
  /** Caller for whom it takes turns, and the milliseconds that it may be in the queue, over all attempts. @default Infinity */
  readonly caller: string | undefined
  readonly maxWait: number
  readonly observer: CallObserver
  /** Request that its attempts send: its own, or that with the validators of a stored answer. Kept by the cache. */
  sent: ApiRequest
  /** The number of its latest attempt, from 1. */
  attempts = 0
  /** When an attempt last got its permit, on the clock's monotonic scale. */
  permitAt = 0
  /** Cancelled by the caller, by the deadline, and when the client is closed. */
  readonly cancellation: Cancellation = new Cancellation()
  /** The one that is sent in its place, where calls for the same thing are one. Kept by coalesce. */
  carrier: Call | undefined
  /** True if an attempt ever held a permit. */
  wasAdmitted = false
  /** Milliseconds that its attempts so far were in the queue. */
  queued = 0
  /** True if its answer is there, and only its value is still looked at: no stop gives that up. */
  isAnswered = false
  #permits = 0
  /** True if a secret is that of the caller for whom it was begun. Kept where answers are shared; a function shows in no log. */
  isCaller: ((secret: string) => boolean) | undefined
  /** True if its credentials changed before it was sent: its answer must not be shared. */
  isUnshared = false
  /** Where redirects have led in the latest attempt, if they have. */
  redirectedTo: string | undefined
  #stopReason: unknown

  constructor(parts: CallParts) {
    this.request = parts.request
    this.sent = parts.request
    this.index = parts.index
    this.place = parts.arrival
    this.startedAt = parts.startedAt
    this.deadlineAt = parts.deadlineAt
    this.backPressure = parts.backPressure
    this.waitsForRecovery = parts.waitsForRecovery ?? false
    this.credentials = parts.credentials
    this.scope = parts.scope
    this.followsRedirects = parts.followsRedirects ?? true
    this.stream = parts.stream
    this.spending = parts.spending
    this.caller = parts.caller
    this.maxWait = parts.maxWait ?? Number.POSITIVE_INFINITY
    this.observer = parts.observer
  }

  /** Why no further attempt is wanted, if so. */
  get stopReason(): unknown {
    return this.#stopReason
  }

  /** True if an attempt holds a permit. */
  get isInFlight(): boolean {
    return this.carrier === undefined ? this.#permits > 0 : this.carrier.isInFlight
  }

  /** The one that lets no attempt of this request start now, if there is one. */
  heldBackBy(request: ApiRequest): Pick<BackPressure, 'whenOpen'> | undefined {
    if (this.backPressure?.isOpen === false) return this.backPressure
    return this.spending?.allows(request) === false ? this.spending : undefined
  }

  /** True if its run is paused before its next attempt. */
  get isPaused(): boolean {
    return this.backPressure?.isPaused === true && !this.isInFlight
  }

  /** An attempt has got its permit. */
  onPermit(now: number): void {
    this.permitAt = now
    this.#permits++
    this.markAdmitted()
  }

  /** An attempt has given its permit back. */
  onPermitBack(): void {
    this.#permits--
  }

  /** Reports, the first time, that its queue takes another call. */
  markAdmitted(): void {
    if (this.wasAdmitted) return
    this.wasAdmitted = true
    this.backPressure?.onAdmitted(this)
  }

  /** Ends the call with `reason` before its next attempt: at once if none is in flight, otherwise when that one is done. */
  stop(reason: unknown): void {
    this.#stopReason = reason
    if (!this.isInFlight && !this.isAnswered) this.cancellation.cancel(reason)
  }
}

/** Receives the head of an unsuccessful answer, while its body is still read. */
export interface HeadListener {
  onHead(attempt: Attempt, status: number, headers: Readonly<Record<string, string>>): void
}

/** One try of a call. It is also what the transport reports to. */
export class Attempt implements OwnExchange {
  readonly call: Call
  readonly number: number
  /** Request of this attempt: that of the call, where a redirect has led, or as a custom policy has changed it. */
  request: ApiRequest
  /** Credentials that only the last step adds to the request. Kept by auth. */
  credentials: CarriedCredentials | undefined
  /** Key of the pool that it was last admitted with, where there is one. Set by the limits of the keys. */
  key: HeldKey | undefined
  /** Masks the credentials that it was last sent with. Kept by the one who sends; a function shows in no log. */
  maskSent: ((text: string) => string) | undefined
  /** Cancelled with the call, or when this attempt alone takes too long. */
  readonly cancellation: Cancellation = new Cancellation()
  /** True if it finds out if a server that was given a rest is back: its failure is no fault of this call. */
  isProbe = false
  /** True if a server has acted on a request that must not be repeated, and has sent us on with a GET. */
  hasActed = false
  /** Milliseconds, added up over the hops of redirects. */
  queued = 0
  connect = 0
  firstByte = 0
  /** From being admitted to the end. */
  duration = 0
  /** Protocol of the connection that it was last sent on, where the transport tells it. */
  protocol: Protocol | undefined
  /** When its limits last let it go, on the clock's monotonic scale. */
  admittedAt = 0
  /** The one whose outcome it has: another that was sent because this one took long. Kept by hedge. */
  answeredBy: Attempt | undefined
  /** Called when its limits have let it go, and when its body is handed over as it comes. */
  whenAdmitted: (() => void) | undefined
  whenStreamed: (() => void) | undefined
  /** Its body, if that is handed over as it comes, and the milliseconds for which its consumer has held the server back. */
  streamed: { readonly bytes: number; readonly heldBack: number; readonly tail: readonly Uint8Array[] } | undefined
  /** Credentials that a server may repeat in the head of an answer are taken out by it. Kept by the one who sends. */
  cleanHeaders: ((headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>) | undefined
  /** Set by admission. */
  headListener: HeadListener | undefined
  /** Under which state of its breaker it went. Kept by the breaker. */
  breakerGeneration: number | undefined
  /** Cost by unit as its answer says. Set by admission, as is `cost`, which is as estimated where the answer says nothing. */
  toldCost: Cost | undefined
  cost: Cost | undefined
  /** How many attempts were in flight when it started, itself included. Set by automatic concurrency. */
  inFlightRank = 1
  readonly #clock: Clock
  #phaseStartedAt = 0
  #wasSent = false
  #answerBegan = false
  #requests = 0

  constructor(call: Call, number: number, clock: Clock, request: ApiRequest = call.sent) {
    this.call = call
    this.number = number
    call.attempts = number
    this.request = request
    this.#clock = clock
  }

  /** The cancellation as a platform signal, made when it is first read. */
  get signal(): AbortSignal {
    return this.cancellation.signal
  }

  /** True if the request has begun to leave since it was last admitted. */
  get wasSent(): boolean {
    return this.#wasSent
  }

  /** How often its limits let it go: once, and once more for each redirect it followed and each token that was refused. 0 if they never did. */
  get requests(): number {
    return this.#requests
  }

  onAdmitted(now: number): void {
    this.#requests++
    this.admittedAt = now
    this.#phaseStartedAt = now
    this.#wasSent = false
    this.#answerBegan = false
    this.whenAdmitted?.()
  }

  /** The connection is done with it. What was under way when it ended has taken the time until now. */
  onEnded(): void {
    if (!this.#wasSent) this.connect += this.#endPhase()
    else if (!this.#answerBegan) this.firstByte += this.#endPhase()
  }

  onSent(protocol?: Protocol): void {
    this.protocol = protocol
    this.connect += this.#endPhase()
    this.#wasSent = true
  }

  onFirstByte(): void {
    this.#answerBegan = true
    this.firstByte += this.#endPhase()
  }

  onHead(status: number, headers: Readonly<Record<string, string>>): void {
    this.headListener?.onHead(this, status, headers)
  }

  onBody(status: number, headers: Readonly<Record<string, string>>): BodySink | undefined {
    const { stream } = this.call
    if (stream === undefined || this.cancellation.cancelled) return undefined
    const sink = stream.open(this, status, this.cleanHeaders?.(headers) ?? headers)
    if (sink !== undefined) this.whenStreamed?.()
    return sink
  }

  #endPhase(): number {
    const startedAt = this.#phaseStartedAt
    this.#phaseStartedAt = this.#clock.now()
    return this.#phaseStartedAt - startedAt
  }
}
