/** Minimum number of requests for a share of losses. */
const enough = 50
/** Number of requests beyond which older ones lose weight. */
const remembered = 200
/** Maximum share that counts as background loss. */
const greatestShare = 0.1
/** Time in ms after which the share is measured again: a wrong one would confirm itself. */
const lifetime = 30_000
/** A limit counts as low at this fraction of its recent level. */
const lowPart = 0.85
/** Decay of the recent level per epoch. */
const forgetting = 0.98

/**
 * Share of requests that a server loses at any load. Measured while the limit is far below its recent level, so that
 * the losses are not due to it. Lowering the limit because of these losses would not help, and would stop the run.
 */
export class BackgroundLoss {
  readonly #min: number
  #peak = 0
  #requests = 0
  #losses = 0
  #learnedAt = 0

  /** A limit at `min` always counts as low: it cannot be lowered. */
  constructor(min: number) {
    this.#min = min
  }

  /** Counts an epoch of a limiter whose limit is `limit`. */
  nextEpoch(limit: number): void {
    this.#peak = Math.max(limit, this.#peak * forgetting)
  }

  /** Counts the outcome of a request that ended under this limit. */
  add(now: number, limit: number, isLoss: boolean): void {
    if (now - this.#learnedAt > lifetime) {
      this.#requests = 0
      this.#losses = 0
    }
    if (limit > this.#min && limit > this.#peak * lowPart) return
    this.#learnedAt = now
    if (this.#requests >= remembered) {
      this.#requests /= 2
      this.#losses /= 2
    }
    this.#requests++
    if (isLoss) this.#losses++
  }

  /** True once there were enough requests for a share. */
  get isKnown(): boolean {
    return this.#requests >= enough
  }

  /** Number of losses among `count` requests that are not unusual: the mean plus two standard deviations. */
  expected(count: number): number {
    if (!this.isKnown) return 0
    const mean = Math.min(greatestShare, this.#losses / this.#requests) * count
    return mean + 2 * Math.sqrt(mean)
  }
}
