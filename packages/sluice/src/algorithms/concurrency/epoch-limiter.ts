import { BackgroundLoss } from './background-loss.ts'
import { Epoch, WindowedMinimum } from './epoch.ts'

export interface EpochLimiterOptions {
  /** The limit to begin with: 4. Latency alone never pushes it below this. */
  readonly initial?: number
  /** 1. */
  readonly min?: number
  /** 200. */
  readonly max?: number
}

/** The end of one request, as the limiter sees it. */
export interface RequestEnd {
  /**
   * A loss is an error, a timeout or a broken connection; a refusal is the server's word that it is too much. What says
   * nothing about the load is to be ignored.
   */
  readonly kind: 'success' | 'loss' | 'refusal' | 'ignore'
  readonly sentAt: number
  /** How long it took, without the delays of our own event loop and of a consumer that was slow to read the answer. */
  readonly rtt: number
  /** Milliseconds for which such a consumer has delayed the end. @default 0 */
  readonly heldBack?: number
  /** True if a rate limit holds the run: then the concurrency limit does not grow. */
  readonly isPaced: boolean
}

export interface LimitChange {
  readonly from: number
  readonly to: number
  readonly reason: 'slow start' | 'growth' | 'loss' | 'latency' | 'probe' | 'probe over'
}

/** An epoch is judged when it has lasted a round trip and knows this many. */
const samples = 20
/** An old epoch is judged with this many. */
const fewSamples = 5
const growth = 0.02
/** Epochs of growth in a row after which its step doubles, and epochs of rest after a refused growth. */
const growthEpochs = 5
const cutByLoss = 0.9
/** After doubling, and when refused again after a cut. */
const cutByFarAbove = 0.7
const cutByLatency = 0.95
/** Round trips so many times the baseline stop growth. */
const holdAt = 1.5
/** Round trips so many times the baseline cut. */
const cutAt = 2
/** After so many cuts by latency in a row half the limit is tried: is it our own queue that is slow? */
const doubt = 5
/** Half the limit halves a queue of our own. Round trips that stay at this part of what they were are those of the server. */
const ownPart = 0.75
/** A change by more than this part takes a round trip to show. */
const notable = 0.1

/**
 * Finds the number of requests in flight for a server of unknown capacity.
 *
 * Epochs and loss rules of Vector's adaptive concurrency, TCP's slow start, a windowed baseline, and BBR's drain probe.
 * An epoch lasts about a round trip. One without losses, in which the limit was used up, raises it: doubling at first,
 * then by 2 %, at least by one, in steps that double while nothing speaks against it. A loss cuts it by 10 %, once for
 * what was sent before it; by 30 % if it was still doubling. A refusal takes back the last growth, and five epochs pass
 * before the next; refused there too, the limit is cut by 10 %, and then by 30 % each time. Round trips of twice the
 * baseline cut it by 5 %. From time to time, and after every five such cuts, half the limit for one epoch lets the
 * server's queue run dry, lest the baseline become that of a queue that the limiter itself keeps full. What is slow at
 * half the limit too is the server, and the new baseline.
 *
 * Where it differs from these, and what failed without (against the modelled servers of the tests; the numbers are the
 * throughput of the median seed against the best fixed level):
 * - All that ends in an epoch counts, after a round trip's wait when the limit has changed much; not only what began in
 *   it too, for that left out the slow ones, ever more the shorter the epoch: baselines of 65 ms where 240 are possible
 *   held the limit at half of what was right for a minute after a step from 64 to 4 workers (76 %; now 98 %).
 * - What ends first after a pause does not count, being the fastest of all: 65/s where 320 are possible.
 * - Geometric means, with errors widened for few samples: the arithmetic mean follows the tail of the latency.
 * - Steps of growth that double: 30 s after a step from 8 to 32 workers of 1 s each it was at 75 %; now at 94 %.
 * - No probe soon after a cut by loss, which drains as well: its burst overran short queues (87 %; now 94 %).
 * - Losses that do not depend on the limit are tolerated (`BackgroundLoss`): 5 % of random failures held it at 1 (5 %; now
 *   94 %). Refusals are never tolerated: a server that allows 50/s would get a tenth more than that forever.
 * - A refusal is a limit's own word, and just below is where to stay: with cuts of 10 % a server that takes ten at once
 *   was used to 95 %, with twice the refusals (now 100 %).
 * - The baseline is given up when half the limit is no faster: after a step from 50 to 200 ms it held the limit at 4 for
 *   a minute, being that of before (the laboratory's worst seed 45 %; now 97 %).
 */
export class EpochLimiter {
  readonly #min: number
  readonly #max: number
  readonly #initial: number
  /** The limit apart from probes; not whole. */
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
  /** Typical round trip when half the limit was first tried, if that was slow. */
  #slowTypical: number | undefined
  /** How many epochs have cut by latency since the limit last grew, or half of it was tried. */
  #latencyCuts = 0
  /** The target before it last grew. */
  #ungrown = 0
  /** How many epochs more it stays there, because more was refused. */
  #rest = 0
  /** How many epochs have grown in a row. */
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

  /** How many may be in flight: a whole number, at least 1. Those already out when it falls stay out. */
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

  /** Counts the end of a request, once for each start, and says how the limit has changed. */
  end(now: number, { kind, sentAt, rtt, isPaced, heldBack = 0 }: RequestEnd): LimitChange | undefined {
    this.#inFlight = Math.max(0, this.#inFlight - 1)
    if (kind === 'success') this.#noticePause(now, heldBack)
    this.#epoch ??= new Epoch(now, now, now)
    const epoch = this.#epoch
    if (isPaced) epoch.isPaced = true
    if (kind === 'success') epoch.add(now, rtt)
    // Losses of requests sent before the last cut are answered by it.
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

  /** After a pause all begin together, and those that end first are the fast ones: they must not pass for typical. */
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

  /** True if a request was refused, or more were lost than the background loss. */
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

  /** The target after a loss. */
  #afterLoss(now: number, { isRefused }: Epoch): number {
    const isGrown = isRefused && this.#streak > 0
    const isFarAbove = this.#isSlowStart || (isRefused && this.#rest === 0)
    this.#rest = isGrown ? growthEpochs : 0
    this.#endSlowStart(now)
    if (isGrown) return this.#ungrown
    return Math.floor(this.#target * (isFarAbove ? cutByFarAbove : cutByLoss))
  }

  /** How many times the baseline the round trips of an epoch surely were: 0 when it knows too few. */
  #slowness(now: number, epoch: Epoch, isLossy: boolean): number {
    const { count, mean, typical, error } = epoch.roundTrips()
    if (count < fewSamples) return 0
    this.#lastMean = mean
    this.#lastTypical = typical
    // An epoch that a loss has cut short knows only the fast ones.
    if (!isLossy) this.#baseline.add(now, typical * error, this.#memory)
    return typical / error / this.#baseline.value
  }

  /** Forgets the baseline if the server has become slower than that, whatever the limit. */
  #doubtBaseline(now: number, epoch: Epoch): void {
    const { count, typical, error } = epoch.roundTrips()
    if (this.#slowTypical === undefined || count < fewSamples || typical < ownPart * this.#slowTypical) return
    this.#baseline.clear()
    this.#baseline.add(now, typical * error, this.#memory)
  }

  /** How many milliseconds a baseline holds. */
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
