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
  /** True while the run of the call is paused or has lost the right to send. Its deadline is suspended meanwhile. */
  readonly isPaused?: boolean
  /** Calls `reenter` once it is open again. */
  whenOpen(reenter: () => void): void
  /** Called when a call has received its first permit, so that its queue accepts another. */
  onAdmitted(call: Call): void
}

/** Rest of the budget of a run. No attempt starts unless the budget allows it. */
export interface Spending extends Pick<BackPressure, 'whenOpen'> {
  allows(request: ApiRequest): boolean
  /** Reserves the estimated cost of an attempt. */
  take(attempt: Attempt): void
  /** Replaces the estimate by the actual cost. */
  settle(attempt: Attempt): void
}

/** Receives the events of a call from the policy that repeats it. */
export interface CallObserver {
  /** Called when an attempt has ended, or was never started. */
  onAttempt(attempt: Attempt, outcome: Outcome, verdict: Verdict): void
  /** Called after a wait of `waited` ms between this attempt and the next. */
  onBackoff(attempt: Attempt, waited: number): void
}

/** Takes over the body of the caller's response as a stream. */
export interface StreamTaker {
  /** True once a body has been handed over: nothing is retried after that. */
  readonly isOpen: boolean
  /** Returns the consumer of the body of a response with this head; undefined if the body is to be buffered. */
  open(attempt: Attempt, status: number, headers: Readonly<Record<string, string>>): BodySink | undefined
}

/** Parts of a call. `arrival` is its initial place in the queue. */
export type CallParts = Pick<Call, 'request' | 'index' | 'startedAt' | 'deadlineAt' | 'observer'> & {
  readonly [Name in Optional]?: Call[Name] | undefined
} & { readonly arrival: number }

type Optional = 'backPressure' | 'waitsForRecovery' | 'credentials' | 'scope' | 'followsRedirects' | 'stream' | Limiting
type Limiting = 'spending' | 'caller' | 'maxWait'

/** One `send` with all its attempts. */
export class Call {
  readonly request: ApiRequest
  /** Position in the input, from 0. */
  readonly index: number
  /** Place in the queue, by order of arrival at the client. A retry keeps it, within bounds. */
  place: number
  /** True if it moves to the end the next time it joins its queue. */
  requeuedLast = false
  readonly startedAt: number
  /** Deadline on the clock's monotonic scale; Infinity if there is none. */
  deadlineAt: number
  readonly backPressure: BackPressure | undefined
  /**
   * True if it waits for a failing server, as items of a run do; `'queue'` if it does so only in front of an open
   * breaker. A single call is refused immediately. @default false
   */
  readonly waitsForRecovery: boolean | 'queue'
  /** Credentials of a token request. Other requests use the client's. */
  readonly credentials: (() => Credentials) | undefined
  /** Telemetry context that was active where the call was made. */
  readonly scope: unknown
  /** True if redirects are followed; otherwise a redirect is returned as the response. @default true */
  readonly followsRedirects: boolean
  /** Receives the body as a stream. */
  readonly stream: StreamTaker | undefined
  /** Budget of its run. */
  readonly spending: Spending | undefined
  /** Caller for the round robin, and its maximum total time in the queue in ms, over all attempts. @default Infinity */
  readonly caller: string | undefined
  readonly maxWait: number
  readonly observer: CallObserver
  /** Request sent by its attempts: its own, or one with the validators of a stored response. Set by the cache. */
  sent: ApiRequest
  /** Number of its latest attempt, from 1. */
  attempts = 0
  /** Moment of its latest permit, on the clock's monotonic scale. */
  permitAt = 0
  /** Cancelled by the caller, by the deadline, and when the client is closed. */
  readonly cancellation: Cancellation = new Cancellation()
  /** Shared call sent in its place, if identical calls are coalesced. Set by coalesce. */
  carrier: Call | undefined
  /** True if any of its attempts has held a permit. */
  wasAdmitted = false
  /** Total time in ms that its attempts so far spent in the queue. */
  queued = 0
  /** True if the response has arrived and only its value is being read: `stop` no longer cancels it. */
  isAnswered = false
  #permits = 0
  /** True if a secret belongs to the call's original caller. Set if responses are shared; a function is not logged. */
  isCaller: ((secret: string) => boolean) | undefined
  /** True if its credentials changed before it was sent: its response must not be shared. */
  isUnshared = false
  /** URL that redirects led to in the latest attempt; undefined without redirects. */
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

  /** Reason why no further attempt may start; undefined if attempts may continue. */
  get stopReason(): unknown {
    return this.#stopReason
  }

  /** True if an attempt holds a permit. */
  get isInFlight(): boolean {
    return this.carrier === undefined ? this.#permits > 0 : this.carrier.isInFlight
  }

  /** Back-pressure or budget that prevents an attempt at this request from starting now; undefined if none does. */
  heldBackBy(request: ApiRequest): Pick<BackPressure, 'whenOpen'> | undefined {
    if (this.backPressure?.isOpen === false) return this.backPressure
    return this.spending?.allows(request) === false ? this.spending : undefined
  }

  /** True if its run is paused before its next attempt. */
  get isPaused(): boolean {
    return this.backPressure?.isPaused === true && !this.isInFlight
  }

  /** Records that an attempt has received its permit. */
  onPermit(now: number): void {
    this.permitAt = now
    this.#permits++
    this.markAdmitted()
  }

  /** Records that an attempt has released its permit. */
  onPermitReleased(): void {
    this.#permits--
  }

  /** Reports, once, that its queue accepts another call. */
  markAdmitted(): void {
    if (this.wasAdmitted) return
    this.wasAdmitted = true
    this.backPressure?.onAdmitted(this)
  }

  /** Ends the call with `reason` before its next attempt: immediately if none is in flight, otherwise after it. */
  stop(reason: unknown): void {
    this.#stopReason = reason
    if (!this.isInFlight && !this.isAnswered) this.cancellation.cancel(reason)
  }
}

/** Receives the head of an unsuccessful response while its body is still being read. */
export interface HeadListener {
  onHead(attempt: Attempt, status: number, headers: Readonly<Record<string, string>>): void
}

/** Single attempt of a call. The transport reports to it. */
export class Attempt implements OwnExchange {
  readonly call: Call
  readonly number: number
  /** Request of this attempt: that of the call, the target of a redirect, or as changed by a custom policy. */
  request: ApiRequest
  /** Credentials, added to the request only by the last step. Set by auth. */
  credentials: CarriedCredentials | undefined
  /** Key of the pool with which it was last admitted, if any. Set by the limits of the keys. */
  key: HeldKey | undefined
  /** Masks the credentials it was last sent with. Set by the sender; a function is never logged. */
  maskSent: ((text: string) => string) | undefined
  /** Cancelled with the call, or by the timeout of this attempt. */
  readonly cancellation: Cancellation = new Cancellation()
  /** True if it probes if a resting server has recovered: its failure does not count for this call. */
  isProbe = false
  /** True if a server has acted on a request that must not be repeated, and has redirected to a GET. */
  hasActed = false
  /** Times in ms, summed over the hops of redirects; `duration` is from admission to the end. */
  queued = 0
  connect = 0
  firstByte = 0
  duration = 0
  /** Protocol of the connection it was last sent on, if the transport reports it. */
  protocol: Protocol | undefined
  /** Moments of its first and its latest admission, on the clock's monotonic scale. */
  beganAt = 0
  admittedAt = 0
  /** Attempt whose outcome it adopts: another that was sent because this one was slow. Set by hedge. */
  answeredBy: Attempt | undefined
  /** Called when it is admitted, and when its body is handed over as a stream. */
  whenAdmitted: (() => void) | undefined
  whenStreamed: (() => void) | undefined
  /** Body size and tail, if the body was streamed, and the time in ms for which its consumer held the server back. */
  streamed: { readonly bytes: number; readonly heldBack: number; readonly tail: readonly Uint8Array[] } | undefined
  /** Removes credentials that a server may repeat in the head of a response. Set by the sender. */
  cleanHeaders: ((headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>) | undefined
  /** Set by admission. */
  headListener: HeadListener | undefined
  /** State of the breaker in which it was sent. Set by the breaker. */
  breakerGeneration: number | undefined
  /** Cost by unit as stated by the response. Set by admission, as is `cost`, which falls back to the estimate. */
  reportedCost: Cost | undefined
  cost: Cost | undefined
  /** Number of attempts in flight when it started, including itself. Set by automatic concurrency. */
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

  /** Cancellation as a platform signal, created on first use. */
  get signal(): AbortSignal {
    return this.cancellation.signal
  }

  /** True if the request has started to leave since it was last admitted. */
  get wasSent(): boolean {
    return this.#wasSent
  }

  /** Number of admissions: one, plus one for each redirect followed and each refused token. 0 if never admitted. */
  get requests(): number {
    return this.#requests
  }

  onAdmitted(now: number): void {
    if (this.#requests++ === 0) this.beganAt = now
    this.admittedAt = now
    this.#phaseStartedAt = now
    this.#wasSent = false
    this.#answerBegan = false
    this.whenAdmitted?.()
  }

  /** Called when the connection is released. The phase in progress ends now. */
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
