import type { RequestEnd } from '../../../algorithms/concurrency/epoch.ts'
import { EpochLimiter, type LimitChange } from '../../../algorithms/concurrency/epoch-limiter.ts'
import { RefusalEvidence } from '../../../algorithms/concurrency/refusal-evidence.ts'
import type { RateEvidence } from '../../../algorithms/rate/learned-rate.ts'
import type { LoopDelay } from '../../../time/loop-delay.ts'
import type { Attempt } from '../../attempt.ts'
import { type Answer, type Gate, go, type Settled, waitForSettle } from './gate.ts'

export interface AutoConcurrencySettings {
  /** Moment until which other limits hold the partition. More calls in flight would not help before that. */
  readonly heldUntil: (now: number) => number
  /** True if a refusal states neither a reason nor a time to wait. */
  readonly isBareRefusal: (settled: Settled) => boolean
  /** Measures the part of a round trip that is delay of this process's event loop. */
  readonly loopDelay: LoopDelay
  readonly onChange: (change: LimitChange) => void
  /** Called with evidence of a rate limit. */
  readonly onEvidence: (now: number, evidence: RateEvidence) => void
}

/** Automatic concurrency: finds the smallest number of calls in flight with which the server does nearly all it can. See `EpochLimiter`. */
export class AutoConcurrencyGate implements Gate {
  readonly name = 'concurrency'
  readonly #settings: AutoConcurrencySettings
  readonly #limiter = new EpochLimiter()
  readonly #evidence = new RefusalEvidence()
  #inFlight = 0
  /** Moment since which no call has been waiting to go. */
  #idleFrom = Number.POSITIVE_INFINITY

  constructor(settings: AutoConcurrencySettings) {
    this.#settings = settings
  }

  get limit(): number {
    return this.#limiter.limit
  }

  ask(): Answer {
    return this.#limiter.isFull ? waitForSettle : go
  }

  take(now: number, _weight: number, attempt: Attempt): void {
    this.#evidence.rest(Math.max(0, now - this.#idleFrom))
    this.#idleFrom = Number.POSITIVE_INFINITY
    attempt.inFlightRank = ++this.#inFlight
    this.#limiter.start(now)
    this.#settings.loopDelay.begin()
  }

  settle(now: number, settled: Settled): void {
    this.#settings.loopDelay.end()
    const heldUntil = this.#settings.heldUntil(now)
    const heldBack = settled.attempt.streamed?.heldBack ?? 0
    const change = this.#limiter.end(now, {
      kind: this.#settings.isBareRefusal(settled) && this.isForRate(settled) ? 'ignore' : loadSignal(settled),
      sentAt: settled.admittedAt,
      rtt: Math.max(0, now - settled.admittedAt - this.#settings.loopDelay.delay - heldBack),
      heldBack,
      isPaced: heldUntil > now,
    })
    if (change !== undefined) this.#settings.onChange(change)
    this.#learn(now, settled)
    if (--this.#inFlight === 0) this.#idleFrom = Math.max(now, heldUntil)
  }

  /** True if a refusal is due to a rate limit, so that fewer calls in flight would not help. */
  isForRate({ attempt }: Settled): boolean {
    return this.#evidence.isForRate(attempt.inFlightRank)
  }

  #learn(now: number, settled: Settled): void {
    const { attempt, verdict, admittedAt, weight } = settled
    const { inFlightRank } = attempt
    if (this.#settings.isBareRefusal(settled)) this.#evidence.refuse(now, inFlightRank)
    if (verdict !== 'success') return
    const evidence = this.#evidence.accept(now, admittedAt, inFlightRank, weight)
    if (evidence !== undefined) this.#settings.onEvidence(now, evidence)
  }

  /** Always false: the limit it has found must be retained. */
  isFresh(): boolean {
    return false
  }
}

/** Evidence of the server's load from an ended attempt. Fast failures never count as a fast server. */
export function loadSignal({ outcome, verdict }: Settled): RequestEnd['kind'] {
  if (verdict === 'throttled') return 'refusal'
  if (outcome.kind === 'response')
    return outcome.response.status < 400 ? 'success' : verdict === 'transient' ? 'loss' : 'ignore'
  return verdict === 'transient' ? 'loss' : 'ignore'
}
