/** Minimum number of requests for a share of losses. */
const enough = 20
/** Share that is assumed at first, and the number of requests that the assumption counts for. */
const [assumedShare, assumedRequests] = [0.05, 20]
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
  /** Time of the last cut of the limit because of a loss or refusal. */
  cutAt: number = Number.NEGATIVE_INFINITY
  readonly #min: number
  #peak = 0
  #requests = 0
  #losses = 0
  #learnedAt = 0
  #settledAt = Number.NEGATIVE_INFINITY
  /** Losses because of which doubling ended, and the number of requests since then under a low limit. */
  #doubtful: { losses: number; count: number; since: number } | undefined

  /** A limit at `min` always counts as low: it cannot be lowered. */
  constructor(min: number) {
    this.#min = min
  }

  /** Counts an epoch of a limiter whose limit is `limit`. */
  nextEpoch(limit: number): void {
    this.#peak = Math.max(limit, this.#peak * forgetting)
  }

  /** Counts the outcome of a request that was sent at `sentAt` and ended under this limit. */
  add(now: number, limit: number, sentAt: number, isLoss: boolean): void {
    if (this.#doubtful !== undefined && sentAt < this.cutAt) {
      this.#doubtful.count++
      if (isLoss) this.#doubtful.losses++
    }
    if (sentAt < this.#settledAt) return
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
    if (this.#doubtful !== undefined) this.#doubtful.since++
  }

  /** Notes that the limit was cut because of a loss or refusal, which takes a round trip to show. */
  cut(now: number, roundTrip: number): void {
    this.cutAt = now
    this.#settledAt = now + roundTrip
  }

  /** Remembers the losses of an epoch because of which doubling ended; undefined forgets them. */
  doubt(epoch: { readonly losses: number; readonly count: number } | undefined): void {
    this.#doubtful = epoch && { losses: epoch.losses, count: epoch.count + epoch.losses, since: 0 }
  }

  /** True once, when enough requests under a low limit show that the losses in doubt are not unusual. */
  endsDoubt(): boolean {
    if (this.#doubtful === undefined || this.#doubtful.since < enough) return false
    const { losses, count } = this.#doubtful
    this.#doubtful = undefined
    return losses <= this.expected(Math.max(enough, count))
  }

  /** True once there were enough requests for a share. */
  get isKnown(): boolean {
    return this.#requests >= enough
  }

  /** Number of losses among `count` requests that are not unusual: the mean plus two standard deviations. */
  expected(count: number): number {
    const share = (this.#losses + assumedShare * assumedRequests) / (this.#requests + assumedRequests)
    const mean = Math.min(greatestShare, share) * count
    return mean + 2 * Math.sqrt(mean)
  }
}
