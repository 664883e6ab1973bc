import { jitterAllowance, SendLedger } from './send-ledger.ts'

/** How fast a rate that was learned is raised while nothing is refused: by this share in each second, or in each longer window. */
const growth = 0.002
/** A new lesson moves the rate by no more than these factors: what is refused is never proof that more is allowed. */
const strongestCut = 0.5
const mildestCut = 0.95
/** What leaves after a pause is spread over this share of the window, so that it does not leave as one. */
const releaseShare = 0.125

/** Windows that people choose for limits, in milliseconds. */
const usualWindows = [1_000, 10_000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 86_400_000]
/** How much a hint may be too long, in milliseconds: seconds and dates are rounded up, and the first calls have to connect. */
const hintRounding = 1_100

/** Without a hint the end of a window is known by a probe, which may come later by this share: the first calls connect too. */
const probeExcess = 0.15

/** A server that still refuses after so many lessons in a row, with no more than `few` accepted before each, does not go by the rate. */
const mostInVain = 20
const few = 2

/** What a refusal and the answers before it have taught: so many were accepted in so much time. */
export interface RateEvidence {
  readonly accepted: number
  /** From the first send after the limit had last opened until the first refusal. */
  readonly sending: number
  /** From the same moment until it opens again. */
  readonly elapsed: number
  /** What the server asked to wait, in milliseconds. */
  readonly wait: number
}

/** Of a smaller count, whole units in a window lose more than the mildest lesson takes: then sends are even instead. */
const smallCount = 1 / (1 - mildestCut)
/** Even sends grow once in so many of them at most: what the mildest lesson takes is back after 200, so that one in 200 is refused. */
const sendsPerGrowth = 8
/** What even sends may make up for, in milliseconds: timers that ring late. */
const timerLag = 4

/**
 * A limit that nobody has told, learned from refusals: as many as were accepted until the server said stop, in the time
 * until it said to come back.
 *
 * No window of that length ever holds more sends than that, and after a pause they leave one by one. Where only a pace
 * is known, and few fit into a window, they leave evenly. It grows by 0.2 % a second, or a window or 8
 * even sends if that is longer, while nothing is refused (algorithm of our own; its figures are in the laboratory's table).
 * The rate for a server that refuses by chance, at whatever pace, does not fall without end.
 */
export class LearnedRate {
  #ledger: SendLedger | undefined
  /** 0 while nothing has been learned. */
  #count = 0
  #window = 0
  #learnedAt = 0
  #nextAt = Number.NEGATIVE_INFINITY
  /** SignalBuffer in a row that came after a few sends only. */
  #inVain = 0

  /** So many in so many milliseconds; nothing while nothing has been learned. */
  get rate(): { readonly count: number; readonly per: number } | undefined {
    if (this.#count === 0) return undefined
    const count = this.#ledger === undefined ? Number(this.#count.toPrecision(3)) : Math.floor(this.#count)
    return { count, per: this.#window }
  }

  /**
   * Takes in a lesson at the moment at which the limit opens again. Returns whether it taught anything.
   *
   * A first window that was used up at once is known whole: so many until it opens again. Later, or where `isPaced` by a
   * limit that the user named, only the pace is known at which it was too fast.
   */
  learn(now: number, { accepted, sending, elapsed, wait }: RateEvidence, isPaced: boolean): boolean {
    if (accepted < 1 || elapsed <= 0) return false
    this.#inVain = accepted <= few ? this.#inVain + 1 : 0
    if (this.#inVain > mostInVain) return false
    const isWhole = !isPaced && elapsed <= 2 * Math.max(wait, 1_000)
    const window = isWhole ? likelyWindow(elapsed, wait) : Math.max(wait, 1_000)
    const count = isWhole ? accepted : (accepted / Math.max(1, sending)) * window * mildestCut
    const isFirst = this.#count === 0
    if (isFirst) {
      this.#window = window
      this.#count = count
    } else {
      const before = this.#grown(now)
      this.#count = Math.min(Math.max((count / window) * this.#window, before * strongestCut), before * mildestCut)
    }
    if (this.#count < 1) {
      this.#window /= this.#count
      this.#count = 1
    }
    const isKnownWhole = isFirst && isWhole
    this.#ledger =
      !isKnownWhole && this.#count < smallCount ? undefined : new SendLedger(Math.floor(this.#count), this.#window)
    this.#learnedAt = now
    return true
  }

  /** The earliest time from `now` on at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    this.#ledger?.setLimit(Math.floor(this.#grown(now)))
    return Math.max(now, this.#nextAt, this.#ledger?.earliest(now, weight) ?? now)
  }

  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): void {
    if (this.#count === 0) return
    this.#ledger?.add(now, weight)
    if (this.#ledger === undefined) {
      this.#nextAt = Math.max(now - timerLag, this.#nextAt) + (this.#window * weight) / this.#grown(now)
    } else {
      this.#nextAt = Math.max(now, this.#nextAt) + (this.#window * releaseShare * weight) / this.#count
    }
  }

  #grown(now: number): number {
    const step = this.#ledger === undefined ? (sendsPerGrowth * this.#window) / this.#count : this.#window
    return this.#count * (1 + growth) ** ((now - this.#learnedAt) / Math.max(1_000, step))
  }
}

/** The usual window that is meant, if there is one within what a hint may be too long; and a little for the way. */
function likelyWindow(elapsed: number, wait: number): number {
  const excess = wait === 0 ? elapsed * probeExcess : hintRounding
  const usual = usualWindows.find((window) => window > elapsed - excess && window <= elapsed)
  return usual === undefined ? elapsed : Math.min(elapsed, usual + jitterAllowance(usual))
}
