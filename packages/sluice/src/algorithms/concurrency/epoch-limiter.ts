import { BackgroundLoss } from './background-loss.ts'
import { Baseline, type Estimate } from './baseline.ts'
import { Epoch, type RequestEnd } from './epoch.ts'

export interface EpochLimiterOptions {
  /** Initial limit. @default 4 */
  readonly initial?: number
  /** @default 1 */
  readonly min?: number
  /** @default 200 */
  readonly max?: number
}

export interface LimitChange {
  readonly from: number
  readonly to: number
  readonly reason: 'slow start' | 'growth' | 'loss' | 'latency' | 'probe' | 'probe over'
}

/** Number of samples with which an epoch that lasted a round trip is judged, and an old one. */
const [samples, fewSamples] = [20, 5]
const growth = 0.02
/** Consecutive growth epochs after which the step doubles; also the epochs of rest after a refused growth. */
const growthEpochs = 5
/** Limit up to which a loss says little about the load, and growing by one takes half a minute. */
const low = 4
/** Factors of a cut by a loss, and of one far above the limit: after doubling, and when refused again after a cut. */
const [cutByLoss, cutByFarAbove] = [0.9, 0.7]
/** Number of samples with which an epoch is judged even if the evidence for a cut is weak. */
const manySamples = 200
/** Standard error, of a logarithm, at which a limit that seems too high falls by half of the difference. */
const halfError = 0.1
/** Factors of a cut by latency, and of one that ends doubling. */
const [cutByLatency, cutAfterDoubling] = [0.95, 0.5]
/** Consecutive cuts by latency after which half the limit is tried: the server itself may have become slower. */
const doubt = 8
/** Fraction of the limit that a probe uses; half at first, when the queue may be long. */
const probePart = 0.75
/** Number of samples with which a probe ends, and the error with which it ends sooner. */
const [probeSamples, probeError] = [60, 1.08]
/** Time between probes in ms, and while the baseline is uncertain. */
const [probeEvery, probeSoon] = [15_000, 4_000]
/** A baseline that falls to this fraction in a probe may fall further in the next. */
const fallen = 0.9
/** A change by more than this fraction takes a round trip to show. */
const notable = 0.1

/**
 * Finds the smallest number of requests in flight with which a server of unknown capacity does nearly all it can.
 *
 * Based on the epochs and loss rules of Vector's adaptive concurrency, TCP's slow start, and BBR's model of the path.
 * An epoch lasts about a round trip, or longer if its round trips are uneven. By Little's law, the limit divided by the
 * ratio of round trips to those without a queue is the number in service: what is best is that number, an eighth more
 * for a queue that keeps the server busy, and more if round trips are uneven. An epoch without losses that reached the
 * limit raises it towards that number: doubling at first, then by 2 %, at least by one, in steps that double if nothing
 * contradicts. Above that number the limit is cut, by 5 % at most. A loss cuts it by 10 %, once for all requests sent
 * before the cut; by 30 % if it was still doubling, which goes on at a limit of four or less. A refusal reverts the last
 * growth, and the next growth comes after five epochs; if refused there too, the limit is cut by 10 %, then by 30 % each
 * time. Doubling goes on if the lower limit loses as many. From time to time, three quarters of the limit for one epoch
 * drain the server's queue and measure the baseline. After eight cuts by latency half does: if that is slow too, the
 * server is slow, and the baseline is replaced.
 *
 * Differences from these algorithms, and what failed without them (on the tests' modelled servers; figures are the
 * throughput of the median seed relative to the best fixed level):
 * - All requests that end in an epoch count, after a round trip if the limit has changed much, not only those that also
 *   started in it, which are the fast ones: baselines of 65 ms where 240 are possible held the limit at half the right
 *   level for a minute after a step from 64 to 4 workers (76 %; now 98 %).
 * - Requests that end first after a pause do not count, as they are the fastest: 65/s where 320 are possible.
 * - Geometric means, with errors widened for few samples: the arithmetic mean follows the tail of the latency.
 * - Growth steps that double: 30 s after a step from 8 to 32 workers of 1 s each it was at 75 %; now at 94 %.
 * - No probe for ten round trips after a loss, which drains as well: the burst after it overran short queues (87 %; now
 *   94 %). None for 15 s left baselines uncorrected where losses are frequent (worst seed 45 %; now 89 %).
 * - Losses that do not depend on the limit are tolerated (`BackgroundLoss`): 5 % of random failures held it at 1 (5 %;
 *   now 97 %), and the first of them ended the doubling for good: 64 workers of 1 s each, half a minute later, did 9 %
 *   (now 89 %). Refusals are never tolerated: a server that allows 50/s would permanently get a tenth more than that.
 * - A refusal states the limit, and the best level is just below: with cuts of 10 %, a server that accepts ten at once
 *   was used to 95 %, with twice the refusals (now 100 %).
 * - A number in service and a short queue, in place of round trips of 1.5 to 2 times the baseline: 16 to 21 were in
 *   flight where 8 workers do as much with 8 to 12, at half the latency. The same throughput, now with 9 to 13.
 * - The baseline is an average of drained epochs, not a minimum: the minimum of uneven round trips is a lucky one, which
 *   held the limit at 70 % of the right level.
 * - The baseline is dropped if half the limit is no faster: after a step from 50 to 200 ms, the old baseline held the
 *   limit at 4 for a minute (the laboratory's worst seed 45 %; now 97 %).
 */
export class EpochLimiter {
  readonly #min: number
  readonly #max: number
  /** Limit without probes; may be fractional. */
  #target: number
  #limit: number
  #inFlight = 0
  #isSlowStart = true
  #isProbing = false
  #probeAt = Number.NEGATIVE_INFINITY
  #lastSuccess = Number.NEGATIVE_INFINITY
  #lastMean = 0
  #lastTypical = 0
  /** Typical round trip before half the limit was tried because of it; undefined otherwise. */
  #slowTypical: number | undefined
  /** Number of epochs with cuts by latency since the limit last grew, or half of it was tried. */
  #latencyCuts = 0
  /** Target before it last grew. */
  #ungrown = 0
  /** Baseline before the last probe; infinity before the first. */
  #probedBaseline = Number.POSITIVE_INFINITY
  /** Number of further epochs without growth, after a refused growth. */
  #rest = 0
  /** Number of consecutive growth epochs. */
  #streak = 0
  #epoch: Epoch | undefined
  readonly #background: BackgroundLoss
  readonly #baseline = new Baseline()

  constructor({ initial = 4, min = 1, max = 200 }: EpochLimiterOptions = {}) {
    this.#min = Math.max(1, Math.floor(min))
    this.#max = Math.max(this.#min, Math.floor(max))
    this.#target = Math.min(this.#max, Math.max(this.#min, Math.floor(initial)))
    this.#limit = this.#target
    this.#background = new BackgroundLoss(this.#min)
  }

  /** Maximum number of requests in flight, a whole number from 1. When it falls, requests in flight continue. */
  get limit(): number {
    return this.#limit
  }

  /** True if the limit is reached. */
  get isFull(): boolean {
    return this.#inFlight >= this.#limit
  }

  start(now: number): void {
    this.#inFlight++
    this.#epoch ??= new Epoch(now, now, now)
    if (this.isFull) this.#epoch.isReached = true
  }

  /** Counts the end of a request, once for each start. Returns the change of the limit, if any. */
  end(now: number, { kind, sentAt, rtt, isPaced, heldBack = 0 }: RequestEnd): LimitChange | undefined {
    this.#inFlight = Math.max(0, this.#inFlight - 1)
    if (kind === 'success') this.#noticePause(now, heldBack)
    this.#epoch ??= new Epoch(now, now, now)
    const epoch = this.#epoch
    epoch.isPaced ||= isPaced
    if (kind === 'success') epoch.add(now, rtt)
    // The last cut already covers the losses of requests sent before it.
    if (kind === 'loss' && sentAt >= this.#background.cutAt) epoch.losses++
    if (kind === 'refusal' && sentAt >= this.#background.cutAt) epoch.isRefused = true
    if (kind === 'success' || kind === 'loss') this.#background.add(now, this.#limit, sentAt, kind === 'loss')
    this.#isSlowStart ||= this.#background.endsDoubt()
    if (!this.#isOver(now, epoch)) return undefined

    const from = this.#limit
    this.#background.nextEpoch(this.#target)
    const reason = this.#judge(now, epoch)
    const countsFrom = Math.abs(this.#limit - from) > from * notable ? now + this.#lastMean : now
    this.#epoch = new Epoch(now, countsFrom, countsFrom + this.#lastMean)
    return reason === undefined || from === this.#limit ? undefined : { from, to: this.#limit, reason }
  }

  /** After a pause all requests start together, and the first to end are the fastest: they are not typical. */
  #noticePause(now: number, heldBack: number): void {
    const mean = this.#lastMean
    if (mean > 0 && now - heldBack - this.#lastSuccess > Math.max(100, 4 * mean)) {
      this.#epoch = new Epoch(now, now + mean, now + 2 * mean)
    }
    this.#lastSuccess = now
  }

  #isOver(now: number, epoch: Epoch): boolean {
    if (this.#isLossy(epoch)) return true
    const { count, endsAt, startedAt } = epoch
    if (now >= endsAt && count >= samples && (this.#isSlowStart || count >= manySamples || this.#isClear(epoch))) {
      return true
    }
    return now - startedAt > Math.max(2_000, 4 * this.#lastMean) && count >= fewSamples
  }

  /** True if more samples are not likely to change what the epoch leads to. */
  #isClear(epoch: Epoch): boolean {
    if (this.#isProbing) return epoch.count >= probeSamples || epoch.roundTrips().error < probeError
    const { best, highest } = this.#estimate(epoch)
    return best > this.#target || highest < this.#limit
  }

  /** True if a request was refused, or if losses exceed the background loss. */
  #isLossy({ isRefused, losses, count }: Epoch): boolean {
    if (isRefused || losses === 0) return isRefused
    if (this.#target > low && !this.#background.isKnown) return true
    return losses > this.#background.expected(Math.max(samples, this.#limit, count + losses))
  }

  #judge(now: number, epoch: Epoch): LimitChange['reason'] | undefined {
    const isLossy = this.#isLossy(epoch)
    this.#measure(epoch, isLossy)
    if (this.#isProbing) {
      this.#isProbing = false
      this.#postponeProbe(now)
      if (this.#baseline.value < fallen * this.#probedBaseline) this.#probeAt = now + 4 * this.#lastMean
      if (!isLossy) {
        if (this.#slowTypical !== undefined && epoch.count >= fewSamples) {
          this.#baseline.doubt(this.#slowTypical, epoch.roundTrips())
        }
        return this.#set(this.#target, 'probe over')
      }
    }
    if (isLossy) {
      this.#background.cut(now, this.#lastMean)
      this.#probeAt = Math.max(this.#probeAt, now + 10 * this.#lastMean)
      return this.#set(this.#afterLoss(now, epoch), 'loss')
    }
    const { best, highest, error } = this.#estimate(epoch)
    if (highest < this.#limit) {
      if (this.#latencyCuts === doubt) return this.#probe(0.5, this.#lastTypical)
      this.#latencyCuts++
      return this.#set(this.#afterLatency(now, highest), 'latency')
    }
    if (!epoch.isReached || epoch.isPaced) return undefined
    if (!this.#isSlowStart && now >= this.#probeAt && this.#limit > 1) {
      return this.#probe(this.#probedBaseline === Number.POSITIVE_INFINITY ? 0.5 : probePart)
    }
    if (this.#rest > 0) {
      this.#rest--
      return undefined
    }
    this.#ungrown = this.#target
    if (this.#isSlowStart) return this.#set(this.#target * 2, 'slow start')
    if (best < this.#target) {
      this.#streak = 0
      return this.#set(this.#target - (this.#target - best) / (1 + (error / halfError) ** 2), 'latency')
    }
    this.#latencyCuts = 0
    const step = Math.max(1, this.#target * growth) * 2 ** Math.floor(this.#streak++ / growthEpochs)
    return this.#set(this.#target + Math.min(step, this.#target, best - this.#target), 'growth')
  }

  /** Target after round trips that show a queue longer than that of `highest`. */
  #afterLatency(now: number, highest: number): number {
    const isFirst = this.#isSlowStart
    this.#endSlowStart(now)
    if (isFirst) this.#probeAt = now
    if (highest < 3) this.#rest = 2 * growthEpochs
    return Math.max(highest, this.#target * (isFirst ? cutAfterDoubling : cutByLatency))
  }

  /** Target after a loss. */
  #afterLoss(now: number, { isRefused, losses, count }: Epoch): number {
    const isGrown = isRefused && this.#streak > 0
    const isFarAbove = this.#isSlowStart || (isRefused && this.#rest === 0)
    this.#rest = isGrown ? growthEpochs : 0
    if (isRefused || this.#isSlowStart) this.#background.doubt(isRefused ? undefined : { losses, count })
    this.#endSlowStart(now)
    this.#isSlowStart = !isRefused && this.#target <= low && !this.#background.isKnown
    if (isGrown) return this.#ungrown
    return Math.floor(this.#target * (isFarAbove ? cutByFarAbove : cutByLoss))
  }

  /** Tries a part of the limit for an epoch. `slowTypical` is the round trip that is in doubt, if any. */
  #probe(part: number, slowTypical?: number): LimitChange['reason'] {
    this.#isProbing = true
    this.#latencyCuts = 0
    this.#slowTypical = slowTypical
    this.#probedBaseline = this.#baseline.value
    this.#limit = Math.max(this.#min, Math.floor(this.#target * part))
    return 'probe'
  }

  /** Limit that fits the server, as this epoch shows it. The limit stays if there are too few samples. */
  #estimate(epoch: Epoch): Estimate {
    if (epoch.count < fewSamples) return { best: this.#target, highest: this.#target, error: 0 }
    return this.#baseline.estimate(this.#limit, epoch.roundTrips())
  }

  /** Adds the round trips of an epoch to the baseline. */
  #measure(epoch: Epoch, isLossy: boolean): void {
    const trips = epoch.roundTrips()
    if (trips.count < fewSamples) return
    this.#lastMean = trips.mean
    this.#lastTypical = trips.typical
    // An epoch cut short by a loss contains only the fast requests.
    if (!isLossy) this.#baseline.add(trips, this.#isProbing)
  }

  #endSlowStart(now: number): void {
    this.#streak = 0
    if (this.#isSlowStart) this.#postponeProbe(now)
    this.#isSlowStart = false
  }

  #postponeProbe(now: number): void {
    this.#probeAt = now + Math.max(this.#baseline.isUncertain ? probeSoon : probeEvery, 10 * this.#lastMean)
  }

  #set(target: number, reason: LimitChange['reason']): LimitChange['reason'] {
    this.#target = Math.min(this.#max, Math.max(this.#min, target))
    this.#limit = Math.floor(this.#target)
    return reason
  }
}
