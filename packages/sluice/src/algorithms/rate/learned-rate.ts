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

/** What a refusal and the answers before it have taught: so many were accepted in so much time. */
export interface RateLesson {
  readonly accepted: number
  /** From the first send after the limit had last opened until the first refusal. */
  readonly sending: number
  /** From the same moment until it opens again. */
  readonly elapsed: number
  /** What the server asked to wait, in milliseconds. */
  readonly wait: number
}

/**
 * A limit that nobody has told, learned from refusals: as many as were accepted until the server said stop, in the time
 * until it said to come back.
 *
 * No window of that length ever holds more sends than that, and after a pause they leave one by one. It grows by 0.2 % a
 * second, or a window if that is longer, while nothing is refused (algorithm of our own; its figures are in the laboratory's table).
 */
export class LearnedRate {
  #ledger: SendLedger | undefined
  #count = 0
  #window = 0
  #learnedAt = 0
  #nextAt = Number.NEGATIVE_INFINITY

  /** So many in so many milliseconds; nothing while nothing has been learned. */
  get rate(): { readonly count: number; readonly per: number } | undefined {
    return this.#ledger === undefined ? undefined : { count: Math.floor(this.#count), per: this.#window }
  }

  /**
   * Takes in a lesson at the moment at which the limit opens again. Returns whether it taught anything.
   *
   * A first window that was used up at once is known whole: so many until it opens again. Later, or where `isPaced` by a
   * limit that the user named, only the pace is known at which it was too fast.
   */
  learn(now: number, { accepted, sending, elapsed, wait }: RateLesson, isPaced: boolean): boolean {
    if (accepted < 1 || elapsed <= 0) return false
    const isWhole = !isPaced && elapsed <= 2 * Math.max(wait, 1_000)
    let window = isWhole ? likelyWindow(elapsed, wait) : Math.max(wait, 1_000)
    let count = isWhole ? accepted : (accepted / Math.max(1, sending)) * window * mildestCut
    if (this.#ledger !== undefined) {
      const before = this.#grown(now) / this.#window
      const rate = Math.min(Math.max(count / window, before * strongestCut), before * mildestCut)
      window = this.#window
      count = rate * window
    }
    if (count < 1) {
      window /= count
      count = 1
    }
    this.#count = count
    this.#window = window
    this.#learnedAt = now
    this.#ledger = new SendLedger(Math.floor(count), window)
    return true
  }

  /** The earliest time from `now` on at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    if (this.#ledger === undefined) return now
    this.#ledger.setLimit(Math.floor(this.#grown(now)))
    return Math.max(now, this.#nextAt, this.#ledger.earliest(now, weight))
  }

  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): void {
    if (this.#ledger === undefined) return
    this.#ledger.add(now, weight)
    this.#nextAt = Math.max(now, this.#nextAt) + (this.#window * releaseShare * weight) / this.#count
  }

  #grown(now: number): number {
    return this.#count * (1 + growth) ** ((now - this.#learnedAt) / Math.max(1_000, this.#window))
  }
}

/** The usual window that is meant, if there is one within what a hint may be too long; and a little for the way. */
function likelyWindow(elapsed: number, wait: number): number {
  if (wait === 0) return elapsed
  const usual = usualWindows.find((window) => window > elapsed - hintRounding && window <= elapsed)
  return usual === undefined ? elapsed : Math.min(elapsed, usual + jitterAllowance(usual))
}
