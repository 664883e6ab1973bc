import { LearnedRate, type RateEvidence } from '../../../algorithms/rate/learned-rate.ts'
import { formatRate } from '../../../algorithms/rate/rate.ts'
import { type Answer, type Gate, goFrom, type Settled } from './gate.ts'

/**
 * Refusal not yet evaluated: the number of calls accepted before it is known only once their responses have arrived.
 * That is when the wait requested by the server ends or, without one, when a later call has been accepted.
 */
interface Pending {
  readonly refusedAt: number
  /** Moment at which a later call, the probe, was refused too. */
  readonly probeRefusedAt: number | undefined
  /** End of the wait requested by the server, if any. */
  readonly until: number | undefined
  readonly wait: number
}

export interface LearnedRateSettings {
  /** True if it learns from refusals without a hint itself; otherwise `learn` is called with their evidence. */
  readonly learnsFromBare: boolean
  /** True if the user has set a rate: a refusal then only lowers the pace slightly. */
  readonly isPaced: boolean
  /** That rate in calls per ms, if it is an even one of this process alone. */
  readonly pace?: number | undefined
  /** True if a refusal is due to a limit that is already known. */
  readonly isExplained: (settled: Settled) => boolean
  readonly onLearned: (rate: string) => void
}

/** Infers a rate limit from refusals, and obeys it. */
export class LearnedRateGate implements Gate {
  readonly name = 'learned rate'
  readonly #settings: LearnedRateSettings
  readonly #rate = new LearnedRate()
  /** Moment of the first send since the limit last opened. */
  #cycleStartedAt: number | undefined
  #accepted = 0
  #pending: Pending | undefined

  constructor(settings: LearnedRateSettings) {
    this.#settings = settings
  }

  ask(now: number, weight: number): Answer {
    const until = this.#pending?.until
    if (until !== undefined && now >= until) this.#conclude(now, until)
    return goFrom(this.#rate.earliest(now, weight), now)
  }

  take(now: number, weight: number): void {
    this.#cycleStartedAt ??= now
    this.#rate.take(now, weight)
  }

  settle(now: number, settled: Settled): void {
    const isOfThisCycle = this.#cycleStartedAt !== undefined && settled.admittedAt >= this.#cycleStartedAt
    if (!isOfThisCycle) return
    if (settled.verdict === 'success') this.#accept(now, settled)
    if (settled.verdict !== 'throttled' || !settled.isForAll) return
    if (!isOverload(settled) && !this.#settings.isExplained(settled)) this.#refuse(now, settled)
  }

  learn(now: number, evidence: RateEvidence): void {
    const { isPaced, pace, onLearned } = this.#settings
    if (this.#rate.learn(now, evidence, isPaced, pace)) onLearned(formatRate(this.#rate.rate!))
  }

  isFresh(): boolean {
    return this.#rate.rate === undefined && this.#pending === undefined
  }

  #accept(now: number, { weight, admittedAt }: Settled): void {
    const isLetInAgain =
      this.#pending !== undefined && this.#pending.until === undefined && admittedAt > this.#pending.refusedAt
    if (!isLetInAgain) this.#accepted += weight
    else {
      // The limit opened between the refused probe and the accepted one: the midpoint is the best estimate.
      this.#conclude(now, ((this.#pending!.probeRefusedAt ?? now) + now) / 2)
      this.#rate.take(now, weight)
    }
  }

  #refuse(now: number, settled: Settled): void {
    const wait = settled.retryAfter
    if (wait === undefined && !this.#settings.learnsFromBare) return
    const before = this.#pending
    const until = wait === undefined ? before?.until : Math.max(now + wait, before?.until ?? 0)
    this.#pending = {
      refusedAt: before?.refusedAt ?? now,
      probeRefusedAt: before !== undefined && settled.admittedAt > before.refusedAt ? now : before?.probeRefusedAt,
      until,
      wait: Math.max(wait ?? 0, before?.wait ?? 0),
    }
  }

  #conclude(now: number, openedAt: number): void {
    const { refusedAt, wait } = this.#pending!
    const startedAt = this.#cycleStartedAt!
    const evidence = { accepted: this.#accepted, sending: refusedAt - startedAt, elapsed: openedAt - startedAt, wait }
    this.#pending = undefined
    this.#cycleStartedAt = undefined
    this.#accepted = 0
    this.learn(now, evidence)
  }
}

/** 529: the server is overloaded by all its clients, which gives no evidence about the rate of this one. */
function isOverload({ outcome }: Settled): boolean {
  return outcome.kind === 'response' && outcome.response.status === 529
}
