import { jitterAllowance, SendLedger } from './send-ledger.ts'

/** Growth of a learned rate while nothing is refused, per second or per longer window. */
const growth = 0.002
/** Bounds of the factor by which new evidence lowers the rate: a refusal never proves that more is allowed. */
const strongestCut = 0.5
const mildestCut = 0.95
/** Share of the window over which calls are spread after a pause. */
const releaseShare = 0.125

/** Common windows of limits in ms. */
const usualWindows = [1_000, 10_000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 86_400_000]
/** Excess of a hint in ms: seconds and dates are rounded up, and the first calls have to connect. */
const hintRounding = 1_100

/** Share by which a probe may be late in showing the end of a window, where there is no hint. */
const probeExcess = 0.15

/** Evaluations in a row, with at most `few` accepted calls each, after which the server does not go by the rate. */
const mostInVain = 20
const few = 2

/** Evidence of a rate limit: the calls accepted until a refusal, and their time. */
export interface RateEvidence {
  readonly accepted: number
  /** Time from the first send after the limit last opened to the first refusal. */
  readonly sending: number
  /** Time from the same moment until it opens again. */
  readonly elapsed: number
  /** Wait in ms that the server requested. */
  readonly wait: number
}

/** Count below which a whole unit is more than the mildest cut: then sends are spaced evenly. */
const smallCount = 1 / (1 - mildestCut)
/** Even sends per step of growth: the mildest cut is regained after 200 sends, so that one in 200 is refused. */
const sendsPerGrowth = 8
/** Delay of timers in ms that even sends make up for. */
const timerLag = 4

/**
 * Rate limit inferred from refusals: the calls accepted until the server refused, in the time until it accepts again.
 *
 * No window of that length holds more sends, and after a pause they leave one by one. If only a pace is known, and few calls
 * fit into a window, they are spaced evenly. The rate grows by 0.2 % per second, or per window or 8 even sends if that is
 * longer, while nothing is refused (own algorithm; figures in docs/laboratory.md). For a server that refuses at random, it
 * does not fall without end.
 */
export class LearnedRate {
  #ledger: SendLedger | undefined
  /** 0 while nothing is learned. */
  #count = 0
  #window = 0
  #learnedAt = 0
  #nextAt = Number.NEGATIVE_INFINITY
  /** Evaluations in a row after only a few accepted calls. */
  #inVain = 0

  /** The learned rate; undefined while nothing is learned. */
  get rate(): { readonly count: number; readonly per: number } | undefined {
    if (this.#count === 0) return undefined
    const count = this.#ledger === undefined ? Number(this.#count.toPrecision(3)) : Math.floor(this.#count)
    return { count, per: this.#window }
  }

  /**
   * Takes in evidence at the moment at which the limit opens again. Returns whether the rate changed.
   *
   * A first window that was used up at once shows the limit itself. Later, or where `isPaced` by a rate that the user set, only
   * the pace is known that was too fast.
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

  /** Earliest time from `now` at which `weight` units may leave. */
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

/** The common window within the excess of a hint, if there is one, with an allowance for network jitter. */
function likelyWindow(elapsed: number, wait: number): number {
  const excess = wait === 0 ? elapsed * probeExcess : hintRounding
  const usual = usualWindows.find((window) => window > elapsed - excess && window <= elapsed)
  return usual === undefined ? elapsed : Math.min(elapsed, usual + jitterAllowance(usual))
}
