/** What one answer says of a quota, and which request it answers. */
export interface QuotaReport {
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  /** Milliseconds of the quota's window, if it is told. */
  readonly window?: number | undefined
  /** Milliseconds until more is available, or all (`refill`). */
  readonly resetAfter?: number | undefined
  readonly refill?: 'more' | 'full' | undefined
  /** When the request was sent. */
  readonly sentAt: number
  /** How long the answer took, in milliseconds. */
  readonly roundTrip: number
}

/** Windows up to this long, in milliseconds, are spent evenly; longer ones as they are wanted. */
const longestPaced = 60_000
/** A quota that is told without a time holds for so long. */
const unknownReset = 1_000
/** Sends that are remembered: more are not in flight between a request and its answer. */
const keptSends = 10_000
/** The gap in a log that slides is stretched by no more than this. */
const mostStretch = 4
/** How much the newest window counts for what others use. */
const competitorWeight = 0.3

/**
 * A quota as the server tells it with each answer: what is left, and when there is more.
 *
 * An answer is a bound and never a target: within a window it only lowers what may leave. What was sent after the request
 * that is answered is not counted in it yet, and is taken off. If less is left than we have used, somebody else uses the
 * same quota; what they take during a round trip is then left to them.
 */
export class AnnouncedQuota {
  /** What may still leave in this window. */
  #allowance = Number.POSITIVE_INFINITY
  #limit: number | undefined
  #window: number | undefined
  #startedAt = Number.NEGATIVE_INFINITY
  #resetAt = Number.POSITIVE_INFINITY
  /** Units that come back per millisecond, if they do so all the time. */
  #regain = 0
  #regainedAt = 0
  #nextAt = Number.NEGATIVE_INFINITY
  #sends: { readonly at: number; readonly weight: number }[] = []
  /** What others seem to take of the same quota, per millisecond. */
  #othersRate = 0
  #takenByOthers = 0
  #roundTrip = 0
  /** Whether what is left does not jump back to the limit at the end of a window: the server keeps a log of the last one. */
  #isSliding = false
  /** By how much the gap is stretched in such a log, so that a little is always left: others may use it too. */
  #stretch = 1
  #turnedOver = false
  #sentInWindow = 0

  /** Takes in what an answer says. */
  report(now: number, told: QuotaReport): void {
    this.#turnOver(now)
    if (told.remaining === undefined || told.sentAt < this.#startedAt) return
    this.#limit = told.limit ?? this.#limit
    this.#window = told.window ?? this.#window
    this.#roundTrip = told.roundTrip
    const left = told.remaining - this.#sentAfter(told.sentAt)
    if (told.refill === 'full') {
      this.#reportBucket(now, told, left)
      return
    }
    this.#noticeSliding(told.remaining)
    if (this.#isSliding) this.#adjustStretch(told.remaining)
    const resetAt = now + (told.resetAfter ?? unknownReset)
    const isNew = this.#resetAt === Number.POSITIVE_INFINITY
    if (isNew) this.#startedAt = told.sentAt
    // Times are told in whole seconds, rounded up: the earliest is the nearest.
    this.#resetAt = Math.min(this.#resetAt, resetAt)
    if (!isNew && left < this.#allowance) this.#takenByOthers += this.#allowance - left
    this.#allowance = isNew ? left : Math.min(this.#allowance, left)
  }

  /** The earliest time from `now` on at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    this.#turnOver(now)
    if (this.#allowance === Number.POSITIVE_INFINITY) return now
    if (this.#allowance - this.#reserve() < weight) {
      if (this.#regain > 0) return now + Math.max(1, (weight - this.#allowance) / this.#regain)
      // In a log that slides, room comes back one by one, however far the end of the window seems to be.
      if (this.#isSliding) return Math.max(now, Math.min(this.#resetAt, this.#lastSentAt + this.#evenGap()))
      return this.#resetAt === Number.POSITIVE_INFINITY ? now : Math.max(now, this.#resetAt)
    }
    return Math.max(now, this.#nextAt)
  }

  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): void {
    this.#sends.push({ at: now, weight })
    if (this.#sends.length > 2 * keptSends) this.#sends = this.#sends.slice(-keptSends)
    const left = Math.max(1, this.#allowance - this.#reserve())
    const isPaced = (this.#window ?? this.#resetAt - now) <= longestPaced && this.#regain === 0
    if (isPaced && Number.isFinite(left)) {
      const gap = this.#isSliding ? this.#evenGap() : (this.#resetAt - now) / left
      this.#nextAt = Math.max(now, this.#nextAt) + gap * weight
    }
    this.#allowance -= weight
    this.#sentInWindow += weight
  }

  /** Begins the next window when the time of this one is over. */
  #turnOver(now: number): void {
    if (this.#regain > 0) {
      this.#allowance = Math.min(
        this.#limit ?? this.#allowance,
        this.#allowance + (now - this.#regainedAt) * this.#regain,
      )
      this.#regainedAt = now
    }
    if (now < this.#resetAt) return
    const lasted = this.#resetAt - this.#startedAt
    if (lasted > 0) this.#othersRate += competitorWeight * (this.#takenByOthers / lasted - this.#othersRate)
    this.#takenByOthers = 0
    this.#turnedOver = true
    this.#sentInWindow = 0
    this.#startedAt = this.#resetAt
    this.#allowance = this.#limit ?? Number.POSITIVE_INFINITY
    const isKnown = this.#window !== undefined && this.#limit !== undefined
    this.#resetAt = isKnown ? Math.max(this.#resetAt + this.#window!, now) : Number.POSITIVE_INFINITY
    this.#nextAt = now
  }

  /** The first answer of a new window tells: after few sends of ours, most of a quota that was reset must be there. */
  #noticeSliding(remaining: number): void {
    if (!this.#turnedOver || this.#limit === undefined || this.#window === undefined) return
    this.#turnedOver = false
    if (this.#sentInWindow < this.#limit / 4 && remaining < this.#limit * 0.7 - this.#sentInWindow)
      this.#isSliding = true
  }

  #adjustStretch(remaining: number): void {
    if (remaining < 1) this.#stretch = Math.min(mostStretch, this.#stretch * 1.05)
    else if (remaining > this.#limit! * 0.05) this.#stretch = Math.max(1, this.#stretch * 0.99)
  }

  get #lastSentAt(): number {
    return this.#sends.at(-1)?.at ?? Number.NEGATIVE_INFINITY
  }

  /** Of the whole quota, with 1 % in reserve for variation on the way. */
  #evenGap(): number {
    return (this.#window! * 1.01 * this.#stretch) / this.#limit!
  }

  #reportBucket(now: number, told: QuotaReport, left: number): void {
    const missing = (this.#limit ?? 0) - told.remaining!
    if (missing <= 0 || told.resetAfter === undefined || told.resetAfter <= 0) return
    this.#regain = missing / told.resetAfter
    this.#regainedAt = now
    this.#allowance = Math.min(this.#allowance, left)
  }

  #sentAfter(sentAt: number): number {
    let sum = 0
    for (let index = this.#sends.length - 1; index >= 0 && this.#sends[index]!.at > sentAt; index--) {
      sum += this.#sends[index]!.weight
    }
    return sum
  }

  #reserve(): number {
    return this.#othersRate * this.#roundTrip * 2
  }
}
