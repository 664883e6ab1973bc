import type { SendHistory } from './send-history.ts'
import {
  doubtOf,
  longestPaced,
  overtaking,
  type QuotaReading,
  type ServerCounter,
  type WindowGuess,
} from './server-counter.ts'

/** Weight of the latest measurement in the refill rate. */
const newestShare = 0.3
/** Maximum spending rate as a multiple of the refill rate: if faster, responses would come too late to correct it. */
const maxSpending = 1.5
/** Minimum assumed share of the refill: with none, nothing would be sent that could show an increase. */
const leastShare = 0.05
/** Difference of stated times in ms that is not significant: they are rounded up to whole seconds. */
const timeDoubt = 2_000

/**
 * Model of a server's token bucket, which refills steadily.
 *
 * Available tokens are spent as needed, except for a small reserve for others; then calls are sent at the refill rate,
 * less others' use of it.
 */
export class ServerTokenBucket implements ServerCounter {
  readonly #sends: SendHistory
  readonly #guess: WindowGuess
  #last: QuotaReading | undefined
  /** Reading from which the refill is measured. */
  #measuredFrom: QuotaReading | undefined
  /** Refill available to this process, per millisecond. */
  #regain: number | undefined
  #nextAt = Number.NEGATIVE_INFINITY

  constructor(sends: SendHistory, guess: WindowGuess) {
    this.#sends = sends
    this.#guess = guess
  }

  report(now: number, reading: QuotaReading): boolean {
    if (this.#last !== undefined && reading.sentAt < this.#last.sentAt - overtaking) return true
    const { before } = reading
    const rate = rateOf(reading) ?? this.#regain ?? 0
    if (this.#last !== undefined && before !== undefined) {
      const fill = rate * (reading.sentAt - before.reading.sentAt)
      if (before.cameBack > 2 * fill + doubtOf(reading.limit)) return false
      if (endStays(this.#measuredFrom!, reading)) return false
    }
    this.#measure(reading)
    if (
      this.#last === undefined ||
      reading.sentAt > this.#last.sentAt + overtaking ||
      this.#level(now, reading) < this.#level(now)
    )
      this.#last = reading
    return true
  }

  earliest(now: number, weight: number): number {
    if (this.#last === undefined) return now
    const missing = Math.min(weight + this.#reserve, Math.max(1, this.#last.limit)) - this.#level(now)
    return missing <= 1e-9
      ? Math.max(now, this.#nextAt)
      : Math.max(this.#nextAt, now + Math.max(1, missing / this.#regain!))
  }

  take(now: number, weight: number): void {
    if (this.#last === undefined) return
    const { limit, fullIn } = this.#last
    // By what the server states: others' use of the refill makes no window longer.
    if (limit / Math.max(this.#regain!, rateOf(this.#last) ?? 0) > longestPaced) return
    // The stated refill proves that it is a bucket: the upper half of it is spent as needed.
    if (fullIn !== undefined && this.#level(now) - weight > limit / 2) return
    const gap = weight / (maxSpending * this.#regain!)
    this.#nextAt = Math.max(this.#nextAt, now - overtaking) + gap
  }

  giveBack(less: number): void {
    if (this.#regain !== undefined) this.#nextAt -= less / (maxSpending * this.#regain)
  }

  #level(now: number, { remaining, sentAt, limit }: QuotaReading = this.#last!): number {
    return Math.min(limit, remaining + (now - sentAt) * this.#regain! - this.#sends.between(sentAt, now))
  }

  get #reserve(): number {
    const { limit } = this.#last!
    return Math.min(2, Math.max(0, (limit - 1) / 2))
  }

  #measure(reading: QuotaReading): void {
    const most = rateOf(reading)
    this.#regain ??= most ?? Math.max(1, reading.limit) / this.#guess.window
    this.#measuredFrom ??= reading
    const from = this.#measuredFrom
    const elapsed = reading.sentAt - from.sentAt
    if (elapsed <= overtaking && reading.used > from.used) this.#measuredFrom = reading
    // Counts are whole numbers and requests overtake each other, so many are measured together.
    if (elapsed * (most ?? this.#regain) >= Math.max(8, reading.limit / 4)) {
      const cameBack = this.#sends.between(from.sentAt, reading.sentAt) - (reading.used - from.used)
      if (from.used > 0 && reading.used > 0) this.#regain += newestShare * (cameBack / elapsed - this.#regain)
      this.#measuredFrom = reading
    }
    if (most !== undefined) this.#regain = Math.min(most, Math.max(leastShare * most, this.#regain))
  }
}

/** Stated refill rate per millisecond. */
function rateOf({ limit, window, used, fullIn }: QuotaReading): number | undefined {
  if (window !== undefined) return Math.max(1, limit) / window
  return fullIn === undefined || used < 1 || fullIn <= 0 ? undefined : used / fullIn
}

/** True if the time of being full is unchanged although more is used: all units return at once, as in a window. */
function endStays(from: QuotaReading, reading: QuotaReading): boolean {
  if (from.fullIn === undefined || reading.fullIn === undefined || from.used < 1) return false
  const expected = ((reading.used - from.used) * from.fullIn) / from.used
  const moved = reading.sentAt + reading.fullIn - (from.sentAt + from.fullIn)
  return expected >= timeDoubt && moved < expected / 2
}
