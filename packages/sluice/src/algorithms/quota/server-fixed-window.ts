import { jitterAllowance } from '../rate/send-ledger.ts'
import type { SendHistory } from './send-history.ts'
import {
  type Before,
  doubtOf,
  longestPaced,
  nearestMinutes,
  overtaking,
  type QuotaReading,
  type ServerCounter,
  type WindowGuess,
} from './server-counter.ts'

/** Lifetime in ms of a quota without a stated reset. */
const unknownReset = 1_000
/** Rounding of the estimated share of others. */
const half = 0.5

/**
 * Model of a server's fixed window: the count restarts at the end of each window.
 *
 * Within a window, a response can only lower the allowance. If less remains than this process's calls explain, other
 * clients use the quota too, and their expected share until the end of the window is reserved for them.
 *
 * Ends are stated in whole seconds, rounded up. When the remaining units jump up, the window started with that
 * request.
 */
export class ServerFixedWindow implements ServerCounter {
  readonly #sends: SendHistory
  readonly #guess: WindowGuess
  #last: QuotaReading | undefined
  /** First reading of this window; of requests sent together, the one counted last. */
  #first: QuotaReading | undefined
  /** Units that may still be sent in this window. */
  #allowance = Number.POSITIVE_INFINITY
  #startedAt = Number.NEGATIVE_INFINITY
  #endsAt = Number.POSITIVE_INFINITY
  #nextAt = Number.NEGATIVE_INFINITY
  /** Milliseconds of the pace per unit sent last. */
  #gap = 0
  /** Used units at the expected restart of the window, until a response shows whether it restarted. */
  #turning: { readonly at: number; readonly used: number } | undefined
  /** True if a restart was observed. */
  #isProven = false
  /** Units that others used in earlier windows; halved with each window. */
  #others = nothing
  #longestReset = 0

  constructor(sends: SendHistory, guess: WindowGuess) {
    this.#sends = sends
    this.#guess = guess
  }

  report(now: number, reading: QuotaReading): boolean {
    this.#turnOver(now)
    if (reading.sentAt < this.#startedAt) {
      if (!this.#sawTheTurn(reading)) return true
      this.#beginEarlier(now, reading)
      return true
    }
    this.#longestReset = Math.max(this.#longestReset, (reading.moreAt ?? now) - now)
    const cameBack = reading.before?.cameBack ?? 0
    if (cameBack > doubtOf(reading.limit)) {
      if (this.#isPart(reading, reading.before!)) return false
      if (this.#turning === undefined || this.#turning.at < this.#startedAt) this.#begin(reading)
      this.#turning = undefined
      this.#isProven = true
    } else if (this.#turning !== undefined) {
      const { at, used } = this.#turning
      if (
        used > doubtOf(reading.limit) &&
        reading.used > this.#sends.between(at, reading.sentAt + overtaking) + used / 2
      ) {
        // Not restarted. Shortly after the stated end, the request may just have been early.
        if (reading.sentAt >= at + reading.roundTrip) return false
        this.#endsAt += reading.sentAt - this.#startedAt
        this.#startedAt = reading.sentAt
        return true
      }
      this.#turning = undefined
    }
    this.#lower(now, reading)
    return true
  }

  earliest(now: number, weight: number): number {
    this.#turnOver(now)
    if (this.#allowance === Number.POSITIVE_INFINITY) return now
    if (this.#allowance < weight) return this.#endsAt === Number.POSITIVE_INFINITY ? now : Math.max(now, this.#endsAt)
    if (this.#forUs() > weight - half) return Math.max(now, this.#nextAt)
    // Others' unused share becomes available once responses would have shown its use.
    const free = this.#endsAt - (this.#allowance - weight) / this.#othersRate
    return Math.max(now, this.#nextAt, Math.min(this.#endsAt, free + this.#last!.roundTrip))
  }

  take(now: number, weight: number): void {
    this.#turnOver(now)
    if (this.#last !== undefined) this.#pace(now, weight)
    this.#allowance -= weight
  }

  giveBack(less: number, sentAt: number): void {
    // An earlier window has ended, along with all that was counted in it.
    if (this.#last === undefined || sentAt < this.#startedAt) return
    this.#allowance += less
    this.#nextAt -= less * this.#gap
  }

  #pace(now: number, weight: number): void {
    const { limit, window } = this.#last!
    const length = window ?? this.#longestReset
    const rest = this.#endsAt - now
    const whole = length / Math.max(1, limit)
    if ((window ?? Math.min(rest, length)) > longestPaced) return
    let gap = rest === Number.POSITIVE_INFINITY ? whole : rest / Math.max(1, this.#forUs())
    // Until a restart is observed it may be a sliding log, in which a burst returns as a burst much later.
    if (!this.#isProven) gap = Math.max(gap, (window ?? this.#guess.window) / Math.max(1, limit))
    const from = Math.max(this.#nextAt, now - jitterAllowance(length))
    this.#gap = gap
    this.#nextAt = Math.min(from + gap * weight, this.#endsAt)
  }

  #windowOf({ window }: QuotaReading): number | undefined {
    return window ?? nearestMinutes(this.#longestReset)
  }

  /** Units that may be sent in this window, less the expected use by others until its end. */
  #forUs(): number {
    const rate = this.#othersRate
    return rate === 0 ? this.#allowance : this.#allowance - rate * Math.max(0, this.#endsAt - this.#knownAt)
  }

  /** Time up to which responses include others' use. */
  get #knownAt(): number {
    return Math.max(this.#startedAt, this.#last!.sentAt)
  }

  /** Use by others per millisecond, in this window and, with decreasing weight, in earlier ones. */
  get #othersRate(): number {
    const { taken, lasted } = this.#others
    const current = this.#takenByOthers()
    if (this.#endsAt === Number.POSITIVE_INFINITY) return 0
    // Estimates are unreliable before half a window has been observed.
    const span = Math.max(lasted + current.lasted, (this.#endsAt - this.#startedAt) / 2)
    return (taken + current.taken) / span
  }

  /** Use by others in this window, between its first reading and its last. */
  #takenByOthers(): Taken {
    if (this.#first === undefined || this.#last === undefined) return nothing
    const lasted = this.#last.sentAt - this.#first.sentAt
    if (lasted <= 0) return nothing
    const ours = this.#sends.between(this.#first.sentAt, this.#last.sentAt)
    return { taken: Math.max(0, this.#last.used - this.#first.used - ours), lasted }
  }

  /** True if only a part of the used units returned, too soon for others to have used the rest. */
  #isPart({ used, limit, sentAt, window }: QuotaReading, { reading, sentByUs }: Before): boolean {
    const length = window ?? this.#endsAt - this.#startedAt
    return used - sentByUs > limit / 4 && sentAt - reading.sentAt < length / 4
  }

  #lower(now: number, reading: QuotaReading): void {
    const left = reading.remaining - this.#sends.between(reading.sentAt, now)
    if (this.#endsAt === Number.POSITIVE_INFINITY) this.#startedAt = Math.max(this.#startedAt, reading.sentAt)
    // Times are stated in whole seconds, rounded up: the earliest is the most precise.
    this.#endsAt = Math.min(this.#endsAt, reading.moreAt ?? now + unknownReset)
    this.#allowance = Math.min(this.#allowance, left)
    if (this.#last === undefined || reading.sentAt >= this.#last.sentAt) this.#last = reading
    const isFirst = this.#first === undefined || reading.sentAt <= this.#first.sentAt + overtaking
    if (isFirst && reading.used >= (this.#first?.used ?? 0)) this.#first = reading
  }

  /** Starts a window with the first request that observed it. */
  #begin(reading: QuotaReading): void {
    if (this.#turning === undefined) this.#noteOthers()
    this.#startedAt = reading.sentAt
    // The request was in flight when the window restarted, so network jitter is added.
    const window = this.#windowOf(reading) ?? Number.POSITIVE_INFINITY
    this.#endsAt = reading.sentAt + window + jitterAllowance(window)
    this.#allowance = Number.POSITIVE_INFINITY
    this.#nextAt = Number.NEGATIVE_INFINITY
    this.#last = undefined
  }

  /** True if the window had just restarted when this was sent, before its stated end. */
  #sawTheTurn({ before, sentAt, used, limit }: QuotaReading): boolean {
    const window = this.#endsAt - this.#startedAt
    const doubt = doubtOf(limit)
    return (before?.cameBack ?? 0) > doubt && used <= doubt && this.#startedAt - sentAt < window / 2
  }

  #beginEarlier(now: number, reading: QuotaReading): void {
    const window = this.#endsAt - this.#startedAt
    this.#endsAt = Math.min(this.#endsAt, reading.sentAt + window + jitterAllowance(window))
    this.#startedAt = reading.sentAt
    this.#turning = undefined
    this.#isProven = true
    this.#lower(now, reading)
  }

  /** Starts the next window when the current one has ended. */
  #turnOver(now: number): void {
    if (now < this.#endsAt || this.#last === undefined) return
    const { limit, used, sentAt } = this.#last
    const window = this.#isProven ? this.#windowOf(this.#last) : this.#last.window
    this.#noteOthers()
    const missed = window === undefined ? 0 : Math.floor((now - this.#endsAt) / window)
    if (missed === 0) this.#turning = { at: this.#endsAt, used: used + this.#sends.between(sentAt, this.#endsAt) }
    this.#startedAt = this.#endsAt + missed * (window ?? 0)
    this.#endsAt = window === undefined ? Number.POSITIVE_INFINITY : this.#startedAt + window
    // One call probes, even if the limit is 0.
    this.#allowance = Math.max(1, limit)
    this.#nextAt = now
  }

  #noteOthers(): void {
    const { taken, lasted } = this.#takenByOthers()
    this.#others = { taken: (this.#others.taken + taken) / 2, lasted: (this.#others.lasted + lasted) / 2 }
    this.#first = undefined
  }
}

interface Taken {
  readonly taken: number
  readonly lasted: number
}

const nothing: Taken = { taken: 0, lasted: 0 }
