import { SendHistory } from './send-history.ts'
import { type Before, overtaking, type QuotaReading, type ServerCounter, WindowGuess } from './server-counter.ts'
import { ServerFixedWindow } from './server-fixed-window.ts'
import { ServerSlidingLog } from './server-sliding-log.ts'
import { ServerTokenBucket } from './server-token-bucket.ts'

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

/** The ways in which servers count, in the order in which they are thought of; after the last, the first again. */
const kinds = ['window', 'log', 'bucket'] as const
const counters = { window: ServerFixedWindow, log: ServerSlidingLog, bucket: ServerTokenBucket }

/**
 * A quota as the server tells it with each answer: what is left, and when there is more.
 *
 * Nobody tells how it is counted. It is taken for a window with an end, or for a bucket if a time is told at which it is
 * full, until an answer comes that such a counter cannot have given; then for the next kind.
 */
export class AdvertisedQuota {
  readonly #sends = new SendHistory()
  readonly #guess = new WindowGuess(this.#sends)
  #kind: (typeof kinds)[number] | undefined
  #counter: ServerCounter | undefined
  #limit: number | undefined
  /** The answer to the latest request; of several sent at once, the one that was counted last. */
  #latest: QuotaReading | undefined

  /** How it seems to be counted; nothing before anything was told. */
  get kind(): 'window' | 'log' | 'bucket' | undefined {
    return this.#kind
  }

  /** Takes in what an answer says. */
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

  /** Takes back what was sent at `sentAt`: the server has refused it, and counts only what it accepts. */
  refused(sentAt: number, weight: number): void {
    this.#sends.takeBack(sentAt, weight)
  }

  /** The earliest time from `now` on at which `weight` units may leave; more than the limit are taken as the limit. */
  earliest(now: number, weight: number): number {
    return this.#counter?.earliest(now, Math.min(weight, Math.max(1, this.#limit!))) ?? now
  }

  /** Counts `weight` units as leaving at `now`. */
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
    // What left together may arrive in any order.
    const most = this.#sends.between(reading.sentAt, sentAt + overtaking)
    const least = this.#sends.between(reading.sentAt, sentAt - overtaking)
    return { reading: { ...reading, before: undefined }, sentByUs: most, cameBack: reading.used + least - used }
  }
}

function isLater(reading: QuotaReading, other: QuotaReading | undefined): boolean {
  if (other === undefined || reading.sentAt > other.sentAt) return true
  return reading.sentAt === other.sentAt && reading.used > other.used
}
