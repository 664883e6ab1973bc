import { BackgroundLoss } from './background-loss.ts'
import { Epoch, WindowedMinimum } from './epoch.ts'

export interface EpochLimiterOptions {
  /** Initial limit. Latency alone never lowers the limit below it. @default 4 */
  readonly initial?: number
  /** @default 1 */
  readonly min?: number
  /** @default 200 */
  readonly max?: number
}

/** End of one request. */
export interface RequestEnd {
  /**
   * A loss is an error, a timeout or a broken connection; a refusal is an explicit overload response of the server.
   * Outcomes that are unrelated to the load are ignored.
   */
  readonly kind: 'success' | 'loss' | 'refusal' | 'ignore'
  readonly sentAt: number
  /** Duration in ms, without delays of the local event loop and of a consumer that reads the response slowly. */
  readonly rtt: number
  /** Milliseconds by which such a consumer delayed the end. @default 0 */
  readonly heldBack?: number
  /** True if a rate limit constrains the run: then the concurrency limit does not grow. */
  readonly isPaced: boolean
}

export interface LimitChange {
  readonly from: number
  readonly to: number
  readonly reason: 'slow start' | 'growth' | 'loss' | 'latency' | 'probe' | 'probe over'
}

/** Number of samples with which an epoch that lasted a round trip is judged. */
const samples = 20
/** Number of samples with which an old epoch is judged. */
const fewSamples = 5
const growth = 0.02
/** Consecutive growth epochs after which the step doubles; also the epochs of rest after a refused growth. */
const growthEpochs = 5
const cutByLoss = 0.9
/** Factor of a cut far above the limit: after doubling, and when refused again after a cut. */
const cutByFarAbove = 0.7
const cutByLatency = 0.95
/** Round trips of this multiple of the baseline stop growth. */
const holdAt = 1.5
/** Round trips of this multiple of the baseline cut the limit. */
const cutAt = 2
/** Consecutive cuts by latency after which half the limit is tried: the limiter itself may cause the queue. */
const doubt = 5
/** Half the limit halves a queue caused by the limiter. If round trips stay above this fraction, the server is slow. */
const ownPart = 0.75
/** A change by more than this fraction takes a round trip to show. */
const notable = 0.1

/**
 * Finds the best number of requests in flight for a server of unknown capacity.
 *
 * Based on the epochs and loss rules of Vector's adaptive concurrency, TCP's slow start, a windowed baseline, and BBR's
 * drain probe. An epoch lasts about a round trip. An epoch without losses that reached the limit raises it: doubling at
 * first, then by 2 %, at least by one, in steps that double if nothing contradicts. A loss cuts it by 10 %, once
 * for all requests sent before the cut; by 30 % if it was still doubling. A refusal reverts the last growth, and the
 * next growth comes after five epochs; if refused there too, the limit is cut by 10 %, then by 30 % each time. Round
 * trips of twice the baseline cut it by 5 %. From time to time, and after every five such cuts, half the limit for one
 * epoch drains the server's queue; otherwise the baseline would become that of a queue that the limiter itself keeps
 * full. If half the limit is slow too, the server is slow, and the baseline is replaced.
 *
 * Differences from these algorithms, and what failed without them (on the tests' modelled servers; figures are the
 * throughput of the median seed relative to the best fixed level):
 * - All requests that end in an epoch count, after waiting a round trip if the limit has changed much; not only those
 *   that also started in it. That would omit the slow ones, and more of them the shorter the epoch: baselines of 65 ms
 *   where 240 are possible held the limit at half the right level for a minute after a step from 64 to 4 workers (76 %;
 *   now 98 %).
 * - Requests that end first after a pause do not count, as they are the fastest: 65/s where 320 are possible.
 * - Geometric means, with errors widened for few samples: the arithmetic mean follows the tail of the latency.
 * - Growth steps that double: 30 s after a step from 8 to 32 workers of 1 s each it was at 75 %; now at 94 %.
 * - No probe soon after a cut by loss, which drains as well: the burst after it overran short queues (87 %; now 94 %).
 * - Losses that do not depend on the limit are tolerated (`BackgroundLoss`): 5 % of random failures held it at 1 (5 %;
 *   now 94 %). Refusals are never tolerated: a server that allows 50/s would permanently get a tenth more than that.
 * - A refusal states the limit, and the best level is just below: with cuts of 10 %, a server that accepts ten at once
 *   was used to 95 %, with twice the refusals (now 100 %).
 * - The baseline is dropped if half the limit is no faster: after a step from 50 to 200 ms, the old baseline held the
 *   limit at 4 for a minute (the laboratory's worst seed 45 %; now 97 %).
 */
export class EpochLimiter {
  readonly #min: number
  readonly #max: number
  readonly #initial: number
  /** Limit without probes; may be fractional. */
  #target: number
  #limit: number
  #inFlight = 0
  #isSlowStart = true
  #isProbing = false
  #probeAt = Number.NEGATIVE_INFINITY
  #lastCut = Number.NEGATIVE_INFINITY
  #lastSuccess = Number.NEGATIVE_INFINITY
  #lastMean = 0
  #lastTypical = 0
  /** Typical round trip when half the limit was first tried; undefined if it was not slow. */
  #slowTypical: number | undefined
  /** Number of epochs with cuts by latency since the limit last grew, or half of it was tried. */
  #latencyCuts = 0
  /** Target before it last grew. */
  #ungrown = 0
  /** Number of further epochs without growth, after a refused growth. */
  #rest = 0
  /** Number of consecutive growth epochs. */
  #streak = 0
  #epoch: Epoch | undefined
  readonly #background: BackgroundLoss
  readonly #baseline = new WindowedMinimum()

  constructor({ initial = 4, min = 1, max = 200 }: EpochLimiterOptions = {}) {
    this.#min = Math.max(1, Math.floor(min))
    this.#max = Math.max(this.#min, Math.floor(max))
    this.#initial = Math.min(this.#max, Math.max(this.#min, Math.floor(initial)))
    this.#target = this.#initial
    this.#limit = this.#initial
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
    if (isPaced) epoch.isPaced = true
    if (kind === 'success') epoch.add(now, rtt)
    // The last cut already covers the losses of requests sent before it.
    if (kind === 'loss' && sentAt >= this.#lastCut) epoch.losses++
    if (kind === 'refusal' && sentAt >= this.#lastCut) epoch.isRefused = true
    const isAfterCut = sentAt >= this.#lastCut + this.#lastMean
    if ((kind === 'success' || kind === 'loss') && isAfterCut) this.#background.add(now, this.#limit, kind === 'loss')
    if (!this.#isOver(now, epoch)) return undefined

    const from = this.#limit
    this.#background.nextEpoch(this.#target)
    const reason = this.#judge(now, epoch)
    const countsFrom = Math.abs(this.#limit - from) > from * notable ? now + this.#lastMean : now
    this.#epoch = new Epoch(now, countsFrom, countsFrom + this.#lastMean)
    return reason === undefined || from === this.#limit ? undefined : { from, to: this.#limit, reason }
  }

  /**
   * After a pause all requests start together, and the first to end are the fastest: they must not count as typical.
   */
  #noticePause(now: number, heldBack: number): void {
    const mean = this.#lastMean
    if (mean > 0 && now - heldBack - this.#lastSuccess > Math.max(100, 4 * mean)) {
      this.#epoch = new Epoch(now, now + mean, now + 2 * mean)
    }
    this.#lastSuccess = now
  }

  #isOver(now: number, epoch: Epoch): boolean {
    if (this.#isLossy(epoch)) return true
    if (now >= epoch.endsAt && epoch.count >= samples) return true
    return now - epoch.startedAt > Math.max(2_000, 4 * this.#lastMean) && epoch.count >= fewSamples
  }

  /** True if a request was refused, or if losses exceed the background loss. */
  #isLossy({ isRefused, losses, count }: Epoch): boolean {
    if (isRefused) return true
    return losses > 0 && losses > this.#background.expected(Math.max(samples, this.#limit, count + losses))
  }

  #judge(now: number, epoch: Epoch): LimitChange['reason'] | undefined {
    const isLossy = this.#isLossy(epoch)
    const slowness = this.#slowness(now, epoch, isLossy)
    if (this.#isProbing) {
      this.#isProbing = false
      this.#postponeProbe(now)
      if (!isLossy) this.#doubtBaseline(now, epoch)
      if (!isLossy) return this.#set(this.#target, 'probe over')
    }
    if (isLossy) {
      this.#lastCut = now
      this.#postponeProbe(now)
      return this.#set(this.#afterLoss(now, epoch), 'loss')
    }
    const isTooSlow = slowness > cutAt && this.#target > this.#initial
    if (isTooSlow && this.#latencyCuts < doubt) {
      this.#latencyCuts++
      this.#endSlowStart(now)
      return this.#set(Math.max(this.#initial, this.#target * cutByLatency), 'latency')
    }
    if (!epoch.isReached || epoch.isPaced) return undefined
    if (isTooSlow || (!this.#isSlowStart && now >= this.#probeAt && this.#limit >= 4)) {
      this.#isProbing = true
      this.#latencyCuts = 0
      this.#slowTypical = slowness > holdAt ? this.#lastTypical : undefined
      this.#limit = Math.max(this.#min, Math.floor(this.#target / 2))
      return 'probe'
    }
    if (slowness > holdAt) {
      this.#endSlowStart(now)
      return undefined
    }
    this.#latencyCuts = 0
    if (this.#target === this.#max) return undefined
    if (this.#rest > 0) {
      this.#rest--
      return undefined
    }
    this.#ungrown = this.#target
    if (this.#isSlowStart) return this.#set(this.#target * 2, 'slow start')
    const step = Math.max(1, this.#target * growth) * 2 ** Math.floor(this.#streak++ / growthEpochs)
    return this.#set(this.#target + Math.min(step, this.#target), 'growth')
  }

  /** Target after a loss. */
  #afterLoss(now: number, { isRefused }: Epoch): number {
    const isGrown = isRefused && this.#streak > 0
    const isFarAbove = this.#isSlowStart || (isRefused && this.#rest === 0)
    this.#rest = isGrown ? growthEpochs : 0
    this.#endSlowStart(now)
    if (isGrown) return this.#ungrown
    return Math.floor(this.#target * (isFarAbove ? cutByFarAbove : cutByLoss))
  }

  /** Ratio of the round trips of an epoch to the baseline, as a lower estimate; 0 with too few samples. */
  #slowness(now: number, epoch: Epoch, isLossy: boolean): number {
    const { count, mean, typical, error } = epoch.roundTrips()
    if (count < fewSamples) return 0
    this.#lastMean = mean
    this.#lastTypical = typical
    // An epoch cut short by a loss contains only the fast requests.
    if (!isLossy) this.#baseline.add(now, typical * error, this.#memory)
    return typical / error / this.#baseline.value
  }

  /** Replaces the baseline if the server has become slower, regardless of the limit. */
  #doubtBaseline(now: number, epoch: Epoch): void {
    const { count, typical, error } = epoch.roundTrips()
    if (this.#slowTypical === undefined || count < fewSamples || typical < ownPart * this.#slowTypical) return
    this.#baseline.clear()
    this.#baseline.add(now, typical * error, this.#memory)
  }

  /** Lifetime of a baseline in ms. */
  get #memory(): number {
    return Math.max(60_000, 20 * this.#lastMean)
  }

  #endSlowStart(now: number): void {
    this.#streak = 0
    if (this.#isSlowStart) this.#postponeProbe(now)
    this.#isSlowStart = false
  }

  #postponeProbe(now: number): void {
    this.#probeAt = now + Math.max(15_000, 10 * this.#lastMean)
  }

  #set(target: number, reason: LimitChange['reason']): LimitChange['reason'] {
    this.#target = Math.min(this.#max, Math.max(this.#min, target))
    this.#limit = Math.floor(this.#target)
    return reason
  }
}
