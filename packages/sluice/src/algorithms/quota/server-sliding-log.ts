import { jitterAllowance } from '../rate/send-ledger.ts'
import type { SendHistory } from './send-history.ts'
import { doubtOf, longestPaced, type QuotaReading, type ServerCounter, type WindowGuess } from './server-counter.ts'

/** Windows tried when the assumed one proves too long. */
const shorterWindows = [30_000, 20_000, 15_000, 10_000, 5_000, 2_000, 1_000]

/** Share of the assumed window without sends after which one request probes whether it is too long. */
const askAfter = 0.25

/**
 * Model of a server's sliding log: it counts the calls of the last window, so that each unit returns one window later.
 *
 * Used units not sent by this process belong to others. Their maximum within the last window is reserved for them; the
 * rest is paced evenly, and this process's sends within any window never exceed it.
 */
export class ServerSlidingLog implements ServerCounter {
  readonly #sends: SendHistory
  readonly #guess: WindowGuess
  #last: QuotaReading | undefined
  #nextAt = Number.NEGATIVE_INFINITY
  /** Others' units at each reading, except readings followed by a larger one. */
  #others: { readonly at: number; readonly count: number }[] = []

  constructor(sends: SendHistory, guess: WindowGuess) {
    this.#sends = sends
    this.#guess = guess
  }

  report(_now: number, reading: QuotaReading): boolean {
    const window = reading.window ?? this.#guess.window
    if (this.#surelyOurs(reading, window) > reading.used + doubtOf(reading.limit)) {
      const shorter = reading.window === undefined ? this.#shorterWindow(reading) : undefined
      if (shorter === undefined) return false
      this.#guess.set(shorter)
      this.#others = []
    }
    if (this.#last === undefined || reading.sentAt >= this.#last.sentAt) this.#last = reading
    this.#noteOthers(reading)
    return true
  }

  earliest(now: number, weight: number): number {
    if (this.#last === undefined) return now
    const most = this.#forUs(now)
    // Others use all of it: the next call is sent when the server states that more is available.
    if (most < 1)
      return Math.max(now, this.#nextAt, this.#sends.lastAt + this.#last.roundTrip, this.#last.moreAt ?? now)
    const fitsAt = this.#sends.whenNoMoreThan(Math.max(0, most - weight), this.#span, now)
    if (this.#last.window !== undefined || this.#last.moreAt === undefined) return Math.max(this.#nextAt, fitsAt)
    // The assumed window may be too long: one request probes, once the server states that more is available.
    const askAt = Math.max(now, this.#last.moreAt, this.#sends.lastAt + askAfter * this.#guess.window)
    return Math.max(this.#nextAt, Math.min(fitsAt, askAt))
  }

  take(now: number, weight: number): void {
    if (this.#last === undefined || this.#span > longestPaced) return
    const from = Math.max(this.#nextAt, now - jitterAllowance(this.#span))
    this.#nextAt = from + (this.#span * weight) / Math.max(1, this.#forUs(now))
  }

  /** Window with an allowance for network jitter. */
  get #span(): number {
    const window = this.#last?.window ?? this.#guess.window
    return window + jitterAllowance(window)
  }

  #forUs(now: number): number {
    while (this.#others.length > 0 && this.#others[0]!.at < now - this.#span) this.#others.shift()
    return this.#last!.limit - (this.#others[0]?.count ?? 0)
  }

  #noteOthers({ used, sentAt }: QuotaReading): void {
    const count = Math.max(0, used - this.#sends.between(sentAt - this.#span, sentAt))
    while (this.#others.length > 0 && this.#others.at(-1)!.count <= count) this.#others.pop()
    this.#others.push({ at: sentAt, count })
  }

  #surelyOurs({ sentAt }: QuotaReading, window: number): number {
    const doubt = jitterAllowance(window)
    return this.#sends.between(sentAt - window + doubt, sentAt - doubt)
  }

  /** Shorter window that explains the used units, if there is one. */
  #shorterWindow(reading: QuotaReading): number | undefined {
    const others = this.#others[0]?.count ?? 0
    return shorterWindows.find((window) => {
      const ours = this.#surelyOurs(reading, window)
      return (
        window < this.#guess.window &&
        ours <= reading.used &&
        reading.used <=
          this.#sends.between(reading.sentAt - window - jitterAllowance(window), reading.sentAt) + others + 2
      )
    })
  }
}
