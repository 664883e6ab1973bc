import { LearnedRate, type RateLesson } from '../../algorithms/rate/learned-rate.ts'
import { formatRate } from '../../algorithms/rate/rate.ts'
import { type Answer, type Gate, goFrom, type Settled } from './gate.ts'

/**
 * A refusal whose lesson is not drawn yet: what was accepted before it is known only when its answers are there. That is
 * when the server may be asked again, or, if it did not say when, when a call that came later has been let in.
 */
interface Pending {
  readonly refusedAt: number
  /** When a call that came later, to probe, was refused too. */
  readonly probeRefusedAt: number | undefined
  /** Undefined if the server did not say when to come back. */
  readonly until: number | undefined
  readonly wait: number
}

export interface LearnedRateSettings {
  /** Whether refusals without a hint are looked at here; otherwise what they teach is told by `learn`. */
  readonly heedsBare: boolean
  /** Whether the user has named a rate: then a refusal is a stray one, and teaches a little less and no other limit. */
  readonly isPaced: boolean
  /** Whether a refusal is due to a limit that is known already, and teaches nothing of another one. */
  readonly isExplained: (settled: Settled) => boolean
  readonly onLearned: (rate: string) => void
}

/** Learns a limit that nobody has told from refusals, and keeps to it. */
export class LearnedRateGate implements Gate {
  readonly name = 'learned rate'
  readonly #settings: LearnedRateSettings
  readonly #rate = new LearnedRate()
  /** First send since the limit last opened. */
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
    if (settled.verdict === 'throttled' && settled.isForAll && !this.#settings.isExplained(settled))
      this.#refuse(now, settled)
  }

  /** Takes in what was learned elsewhere. */
  learn(now: number, lesson: RateLesson): void {
    if (this.#rate.learn(now, lesson, this.#settings.isPaced)) this.#settings.onLearned(formatRate(this.#rate.rate!))
  }

  isFresh(): boolean {
    return this.#rate.rate === undefined && this.#pending === undefined
  }

  #accept(now: number, { weight, admittedAt }: Settled): void {
    const isLetInAgain =
      this.#pending !== undefined && this.#pending.until === undefined && admittedAt > this.#pending.refusedAt
    if (!isLetInAgain) this.#accepted += weight
    else {
      // It opened between the probe that was refused and the one that was let in: in the middle, as far as anybody knows.
      this.#conclude(now, ((this.#pending!.probeRefusedAt ?? now) + now) / 2)
      this.#rate.take(now, weight)
    }
  }

  #refuse(now: number, settled: Settled): void {
    const wait = settled.retryAfter
    if (wait === undefined && !this.#settings.heedsBare) return
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
    const lesson = { accepted: this.#accepted, sending: refusedAt - startedAt, elapsed: openedAt - startedAt, wait }
    this.#pending = undefined
    this.#cycleStartedAt = undefined
    this.#accepted = 0
    this.learn(now, lesson)
  }
}
