import { PacedLedger, type Pacing } from '../../algorithms/rate/paced-ledger.ts'
import { Quota } from '../../algorithms/rate/quota.ts'
import { formatRate, type Rate } from '../../algorithms/rate/rate.ts'
import { TokenBucket } from '../../algorithms/rate/token-bucket.ts'
import { type Answer, type Gate, goFrom } from './gate.ts'

/** Rates of longer windows, in milliseconds, are quotas: even spacing would make one call of 100 a day wait a quarter of an hour. */
const longestPacedWindow = 60_000

/** At most `rate`: evenly paced, or with a `burst` that may leave at once after idleness; a quota if its window is long. */
export class RateGate implements Gate {
  readonly name: string
  readonly #pace: PacedLedger | TokenBucket | Quota

  constructor(rate: Rate, burst: number, pacing: Pacing = 'smooth') {
    this.name = `rate ${formatRate(rate)}`
    if (rate.per > longestPacedWindow) this.#pace = new Quota(rate)
    else this.#pace = burst > 1 ? new TokenBucket(rate, burst) : new PacedLedger(rate, pacing === 'strict')
  }

  ask(now: number, weight: number): Answer {
    return goFrom(this.#pace.earliest(now, weight), now)
  }

  take(now: number, weight: number): void {
    this.#pace.take(now, weight)
  }

  /** What was sent stays counted, however it ended: the server may have counted it too. */
  settle(): void {}

  isFresh(now: number): boolean {
    return this.#pace.isFresh(now)
  }
}
