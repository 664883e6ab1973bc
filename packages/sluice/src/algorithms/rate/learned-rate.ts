import { jitterAllowance, SendLedger } from './send-ledger.ts'

/** Growth of a learned rate without refusals, per second or per longer window. */
const growth = 0.002
/**
 * Curve of the growth below a configured rate: as in CUBIC, fast at first, slow around the count that was refused, which is
 * reached after the mildest cut in 25 steps as with `growth`, and fast beyond it.
 */
const curve = 0.05 / 25 ** 3
/** Number of consecutive evaluations of less than a window that say nothing about the pace. */
const maxShort = 2
/** Bounds of the factor by which new evidence lowers the rate: a refusal never shows that more is allowed. */
const strongestCut = 0.5
const mildestCut = 0.95
/** Share of the window over which calls are spread after a pause. */
const releaseShare = 0.125

/** Common windows of limits in ms. */
const usualWindows = [1_000, 10_000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 86_400_000]
/** Excess of a hint in ms: seconds and dates are rounded up, and the first calls have to connect. */
const hintRounding = 1_100

/** Share by which a probe may detect the end of a window late, if there is no hint. */
const probeExcess = 0.15

/** Consecutive evaluations with at most `few` accepted calls each that show that the server has no rate limit. */
const maxInconclusive = 20
const few = 2

/** Evidence of a rate limit: the calls accepted until a refusal, and the time they took. */
export interface RateEvidence {
  readonly accepted: number
  /** Time from the first send after the limit last opened until the first refusal. */
  readonly sending: number
  /** Time from that send until the limit opens again. */
  readonly elapsed: number
  /** Wait in ms that the server requested. */
  readonly wait: number
}

/** Count below which one unit is more than the mildest cut: then sends are spaced evenly. */
const smallCount = 1 / (1 - mildestCut)
/**
 * Evenly spaced sends per step of growth: the mildest cut is recovered after 200 sends, so that one in 200 is refused.
 */
const sendsPerGrowth = 8
/** Timer delay in ms that evenly spaced sends compensate. */
const timerLag = 4

/**
 * Rate limit inferred from refusals: the calls accepted until the server refused, over the time until it accepts
 * again.
 *
 * No window of that length has more sends, and after a pause they leave one by one. If only a pace is known, and few
 * calls fit into a window, they are spaced evenly. Without refusals, the rate grows by 0.2 % per second, or per window
 * or 8 even sends if that is longer (own algorithm; figures in docs/laboratory.md). Below a configured rate, it returns to
 * what was refused within a minute, however deep the cut. For a server that refuses at random, the rate does not fall
 * indefinitely.
 */
export class LearnedRate {
  #ledger: SendLedger | undefined
  /** Count of the learned rate; 0 if none was learned. */
  #count = 0
  #window = 0
  #learnedAt = 0
  #nextAt = Number.NEGATIVE_INFINITY
  /** Count that was refused last, and the steps after which it is reached again; undefined without a configured rate. */
  #refused: { readonly count: number; readonly after: number } | undefined
  /** Number of consecutive evaluations of less than a window. */
  #short = 0
  /** Number of consecutive evaluations with only a few accepted calls. */
  #inVain = 0

  /** Learned rate; undefined if none was learned. */
  get rate(): { readonly count: number; readonly per: number } | undefined {
    if (this.#count === 0) return undefined
    const count = this.#ledger === undefined ? Number(this.#count.toPrecision(3)) : Math.floor(this.#count)
    return { count, per: this.#window }
  }

  /**
   * Processes evidence when the limit opens again. Returns true if the rate changed.
   *
   * A first window that was used up immediately shows the limit itself. Later, or if `isPaced` by a configured rate,
   * only the pace is known to have been too fast.
   *
   * @param pace The configured rate in units per ms, if it is an even one of this process alone.
   */
  learn(now: number, { accepted, sending, elapsed, wait }: RateEvidence, isPaced: boolean, pace?: number): boolean {
    if (accepted < 1 || elapsed <= 0) return false
    this.#inVain = accepted <= few ? this.#inVain + 1 : 0
    if (this.#inVain > maxInconclusive) return false
    const isWhole = !isPaced && elapsed <= 2 * Math.max(wait, 1_000)
    const window = isWhole ? likelyWindow(elapsed, wait) : Math.max(wait, 1_000)
    const count = isWhole ? accepted : (accepted / Math.max(1, sending)) * window * mildestCut
    const isFirst = this.#count === 0
    if (isFirst) this.#window = window
    const before = isFirst ? (pace === undefined ? undefined : pace * window) : this.#grown(now)
    // Calls of less than a window may have been late, or answered late: only if that repeats were they too many.
    this.#short = isPaced && sending < window ? this.#short + 1 : 0
    if (before === undefined) this.#count = count
    else {
      const least = this.#short > 0 && this.#short <= maxShort ? mildestCut : strongestCut
      this.#count = Math.min(Math.max((count / window) * this.#window, before * least), before * mildestCut)
    }
    const refused = before ?? this.#count / mildestCut
    this.#refused = isPaced ? { count: refused, after: Math.cbrt((1 - this.#count / refused) / curve) } : undefined
    if (this.#count < 1) {
      this.#window /= this.#count
      if (this.#refused !== undefined) this.#refused = { ...this.#refused, count: refused / this.#count }
      this.#count = 1
    }
    const isKnownWhole = isFirst && isWhole
    this.#ledger =
      !isKnownWhole && this.#count < smallCount ? undefined : new SendLedger(Math.floor(this.#count), this.#window)
    this.#learnedAt = now
    return true
  }

  /** Earliest time from `now` at which `weight` units may be sent. */
  earliest(now: number, weight: number): number {
    this.#ledger?.setLimit(Math.floor(this.#grown(now)))
    return Math.max(now, this.#nextAt, this.#ledger?.earliest(now, weight) ?? now)
  }

  /** Counts `weight` units as sent at `now`. */
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
    const steps = (now - this.#learnedAt) / Math.max(1_000, step)
    if (this.#refused === undefined) return this.#count * (1 + growth) ** steps
    const { count, after } = this.#refused
    return count * (1 + curve * (steps - after) ** 3)
  }
}

/** Common window within the excess of a hint, if there is one, with an allowance for network jitter. */
function likelyWindow(elapsed: number, wait: number): number {
  const excess = wait === 0 ? elapsed * probeExcess : hintRounding
  const usual = usualWindows.find((window) => window > elapsed - excess && window <= elapsed)
  return usual === undefined ? elapsed : Math.min(elapsed, usual + jitterAllowance(usual))
}
