import { EpochLimiter, type LimitChange, type RequestEnd } from '../../algorithms/concurrency/epoch-limiter.ts'
import { RefusalEvidence } from '../../algorithms/concurrency/refusal-evidence.ts'
import type { RateLesson } from '../../algorithms/rate/learned-rate.ts'
import type { LoopDelay } from '../../time/loop-delay.ts'
import type { Attempt } from '../attempt.ts'
import { type Answer, type Gate, go, type Settled, waitForSettle } from './gate.ts'

export interface AutoConcurrencySettings {
  /** Until when other limits hold the partition: while they do, more at once would not help, and is not tried. */
  readonly heldUntil: (now: number) => number
  /** Whether the server has said nothing but that it refuses. */
  readonly isBareRefusal: (settled: Settled) => boolean
  /** How much of the time of an answer was our own event loop being late. */
  readonly loopDelay: LoopDelay
  readonly onChange: (change: LimitChange) => void
  /** Told what refusals have taught about a rate. */
  readonly onLesson: (now: number, lesson: RateLesson) => void
}

/** As many in flight as the server works on best, found by trying: see `EpochLimiter`. */
export class AutoConcurrencyGate implements Gate {
  readonly name = 'concurrency'
  readonly #settings: AutoConcurrencySettings
  readonly #limiter = new EpochLimiter()
  readonly #evidence = new RefusalEvidence()
  #inFlight = 0
  /** Since when nobody has wanted to go. */
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
    attempt.leftAs = ++this.#inFlight
    this.#limiter.start(now)
    this.#settings.loopDelay.begin()
  }

  settle(now: number, settled: Settled): void {
    this.#settings.loopDelay.end()
    const heldUntil = this.#settings.heldUntil(now)
    const change = this.#limiter.end(now, {
      kind: this.#settings.isBareRefusal(settled) && this.isForRate(settled) ? 'ignore' : loadSignal(settled),
      sentAt: settled.admittedAt,
      rtt: Math.max(0, now - settled.admittedAt - this.#settings.loopDelay.delay),
      isPaced: heldUntil > now,
    })
    if (change !== undefined) this.#settings.onChange(change)
    this.#learn(now, settled)
    if (--this.#inFlight === 0) this.#idleFrom = Math.max(now, heldUntil)
  }

  /** Whether a refusal is one that fewer in flight will not help against. */
  isForRate({ attempt }: Settled): boolean {
    return this.#evidence.isForRate(attempt.leftAs)
  }

  #learn(now: number, settled: Settled): void {
    const { attempt, verdict, admittedAt, weight } = settled
    const { leftAs } = attempt
    if (this.#settings.isBareRefusal(settled)) this.#evidence.refuse(now, leftAs)
    if (verdict !== 'success') return
    const lesson = this.#evidence.accept(now, admittedAt, leftAs, weight)
    if (lesson !== undefined) this.#settings.onLesson(now, lesson)
  }

  /** What it has found is worth keeping. */
  isFresh(): boolean {
    return false
  }
}

/** What an ended attempt says about the load of the server. Fast failures must never look like a fast server. */
export function loadSignal({ outcome, verdict }: Settled): RequestEnd['kind'] {
  if (verdict === 'throttled') return 'refusal'
  if (outcome.kind === 'response')
    return outcome.response.status < 400 ? 'success' : verdict === 'transient' ? 'loss' : 'ignore'
  return verdict === 'transient' ? 'loss' : 'ignore'
}
