import { SendHistory } from './send-history.ts'
import { type Before, overtaking, type QuotaReading, type ServerCounter, WindowGuess } from './server-counter.ts'
import { ServerFixedWindow } from './server-fixed-window.ts'
import { ServerSlidingLog } from './server-sliding-log.ts'
import { ServerTokenBucket } from './server-token-bucket.ts'

/** Quota in one response, with its request. */
export interface QuotaReport {
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
  /** Length of the quota's window in ms, if stated. */
  readonly window?: number | undefined
  /** Milliseconds until more units, or all (`refill`), are available. */
  readonly resetAfter?: number | undefined
  readonly refill?: 'more' | 'full' | undefined
  /** Time at which the request was sent. */
  readonly sentAt: number
  /** Time to the response in ms. */
  readonly roundTrip: number
}

/** Counting models in the order in which they are tried, cyclically. */
const kinds = ['window', 'log', 'bucket'] as const
const counters = { window: ServerFixedWindow, log: ServerSlidingLog, bucket: ServerTokenBucket }

/**
 * Quota that the server advertises with each response: the remaining calls, and the time until more are available.
 *
 * Responses do not state how it is counted. It is treated as a fixed window, or as a bucket if a response states when
 * it is full, until a response contradicts that; then as the next model.
 */
export class AdvertisedQuota {
  readonly #sends = new SendHistory()
  readonly #guess = new WindowGuess(this.#sends)
  #kind: (typeof kinds)[number] | undefined
  #counter: ServerCounter | undefined
  #limit: number | undefined
  /** Reading of the latest request; of several sent at once, the one counted last. */
  #latest: QuotaReading | undefined

  /** Model that fits the responses so far; undefined before the first. */
  get kind(): 'window' | 'log' | 'bucket' | undefined {
    return this.#kind
  }

  /** Processes a response. */
  report(now: number, report: QuotaReport): void {
    if (report.remaining === undefined) return
    this.#limit = report.limit ?? Math.max(this.#limit ?? 0, report.remaining)
    const reading = this.#toldBy(now, report, this.#limit)
    this.#guess.report(reading)
    if (this.#kind === undefined) this.#change(report.refill === 'full' ? 'bucket' : 'window')
    for (let tries = 1; !this.#counter!.report(now, reading) && tries < kinds.length; tries++) {
      this.#change(kinds[(kinds.indexOf(this.#kind!) + 1) % kinds.length]!)
    }
    if (isLater(reading, this.#latest)) this.#latest = reading
  }

  /** Removes the request sent at `sentAt`, which the server refused: only accepted calls count. */
  refused(sentAt: number, weight: number): void {
    this.#sends.takeBack(sentAt, weight)
  }

  /** Corrects the request sent at `sentAt`, which cost `less` units less than was counted; more if negative. */
  correct(sentAt: number, less: number): void {
    this.#sends.takeBack(sentAt, less)
    this.#counter?.giveBack?.(less, sentAt)
  }

  /** Earliest time from `now` at which `weight` units may be sent; weights above the limit count as the limit. */
  earliest(now: number, weight: number): number {
    return this.#counter?.earliest(now, Math.min(weight, Math.max(1, this.#limit!))) ?? now
  }

  /** Counts `weight` units as sent at `now`. */
  take(now: number, weight: number): void {
    this.#sends.add(now, weight)
    this.#counter?.take(now, weight)
  }

  #change(kind: (typeof kinds)[number]): void {
    this.#kind = kind
    this.#counter = new counters[kind](this.#sends, this.#guess)
  }

  #toldBy(now: number, report: QuotaReport, limit: number): QuotaReading {
    const { window, resetAfter, refill, sentAt, roundTrip } = report
    const remaining = report.remaining!
    const used = Math.max(0, limit - remaining)
    return {
      limit,
      remaining,
      used,
      window,
      moreAt: resetAfter === undefined ? undefined : now + resetAfter,
      fullIn: refill === 'full' ? resetAfter : undefined,
      sentAt,
      roundTrip,
      before: this.#before(sentAt, used),
    }
  }

  #before(sentAt: number, used: number): Before | undefined {
    const reading = this.#latest
    if (reading === undefined || reading.sentAt >= sentAt) return undefined
    // Calls sent together may arrive in any order.
    const most = this.#sends.between(reading.sentAt, sentAt + overtaking)
    const least = this.#sends.between(reading.sentAt, sentAt - overtaking)
    return { reading: { ...reading, before: undefined }, sentByUs: most, cameBack: reading.used + least - used }
  }
}

function isLater(reading: QuotaReading, other: QuotaReading | undefined): boolean {
  if (other === undefined || reading.sentAt > other.sentAt) return true
  return reading.sentAt === other.sentAt && reading.used > other.used
}
