import { PacedLedger } from '../../algorithms/rate/paced-ledger.ts'
import { formatRate, type Rate } from '../../algorithms/rate/rate.ts'
import { TokenBucket } from '../../algorithms/rate/token-bucket.ts'
import { type Answer, type Gate, go } from './gate.ts'

/** At most `rate`, evenly paced; with `burst` above 1 that many may leave at once after idleness. */
export class RateGate implements Gate {
  readonly name: string
  readonly #pace: PacedLedger | TokenBucket

  constructor(rate: Rate, burst: number) {
    this.name = `rate ${formatRate(rate)}`
    this.#pace = burst > 1 ? new TokenBucket(rate, burst) : new PacedLedger(rate)
  }

  ask(now: number, weight: number): Answer {
    const until = this.#pace.earliest(now, weight)
    return until <= now ? go : { kind: 'wait', until }
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
