import { PacedLedger, type Pacing, Quota } from '../../../algorithms/rate/paced-ledger.ts'
import { formatRate, type Rate } from '../../../algorithms/rate/rate.ts'
import { longestPacedWindow } from '../../../algorithms/rate/shared-pace.ts'
import { TokenBucket } from '../../../algorithms/rate/token-bucket.ts'
import type { Attempt } from '../../attempt.ts'
import type { UnitGate } from './cost-gate.ts'
import { type Answer, goFrom, type Settled } from './gate.ts'
import { UnansweredSends } from './unanswered-sends.ts'

/** Send that counts against a quota. */
export interface RememberedSend {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly weight: number
}

/** Memory of sends against quotas with windows over a minute, so that the quotas hold across restarts. Synchronous. */
export interface QuotaMemory {
  /** Returns the sends in the last window of a quota, in order. */
  recall(quota: string): readonly RememberedSend[]
  /** Records a send, which counts for `window` ms. */
  record(quota: string, send: RememberedSend, window: number): void
}

/** Quota memory on the monotonic clock. */
export interface SendLog {
  recall(): readonly { readonly at: number; readonly weight: number }[]
  record(now: number, weight: number): void
}

/** Rate limit: evenly paced, or with a `burst` after idle time; a quota if its window is long. */
export class RateGate implements UnitGate {
  readonly name: string
  readonly #pace: PacedLedger | TokenBucket | Quota
  readonly #log: SendLog | undefined
  readonly #underWay = new UnansweredSends()

  constructor(rate: Rate, burst: number, pacing: Pacing = 'smooth', log?: SendLog) {
    this.name = `rate ${formatRate(rate)}`
    if (rate.per > longestPacedWindow) {
      this.#pace = new Quota(rate)
      this.#pace.restore(log?.recall() ?? [])
      this.#log = log
    } else this.#pace = burst > 1 ? new TokenBucket(rate, burst) : new PacedLedger(rate, pacing === 'strict')
  }

  ask(now: number, weight: number): Answer {
    return goFrom(this.#pace.earliest(now, weight), now)
  }

  take(now: number, weight: number, attempt: Attempt): void {
    const sent = this.#pace.take(now, weight)
    this.#log?.record(now, weight)
    this.#underWay.add(now, attempt, sent ?? undefined)
  }

  correct(_now: number, attempt: Attempt, more: number): void {
    const taken = this.#underWay.get(attempt)
    if (taken === undefined) return
    if (this.#pace instanceof TokenBucket) this.#pace.correct(more)
    else this.#pace.correct(taken.sent!, more)
    this.#log?.record(taken.at, more)
  }

  /** A call stays counted whatever its outcome: the server may have counted it. A response shows when it arrived. */
  settle(_now: number, settled: Settled): void {
    const answered = this.#underWay.settle(settled)
    if (answered === undefined || this.#pace instanceof TokenBucket) return
    this.#pace.answered(answered.sent, answered.roundTrip)
  }

  isFresh(now: number): boolean {
    return this.#pace.isFresh(now)
  }
}
