import { GrantedPermits, type PermitInstant, SourceClock } from '../../../algorithms/rate/granted-permits.ts'
import { LateSends } from '../../../algorithms/rate/late-sends.ts'
import { Quota } from '../../../algorithms/rate/paced-ledger.ts'
import { formatRate, inWholeUnits, type Rate } from '../../../algorithms/rate/rate.ts'
import { few, lifeOfPermit, longestPacedWindow, type UnusedPermits } from '../../../algorithms/rate/shared-pace.ts'
import type { Clock } from '../../../time/clock.ts'
import type { Attempt } from '../../attempt.ts'
import { type Answer, type Gate, goFrom, type Settled, waitForSettle } from '../gates/gate.ts'
import { UnansweredSends } from '../gates/unanswered-sends.ts'
import { PermitGroup } from './permit-group.ts'
import { RateShare, type Share } from './rate-share.ts'
import type { Grant, PermitWish } from './shared-limits.ts'

/** Unused permits, the time in which permits are of no use, and a late send. */
export type PermitBounds = Pick<PermitWish, 'unused' | 'after' | 'late'>

export interface SlicedRateSettings {
  readonly rate: Rate
  /** @default 1 */
  readonly burst?: number
  readonly source: { reserve(units: number, bounds: PermitBounds): Promise<Grant> } | PermitGroup
  readonly clock: Clock
  /** Offset to the clock of the source, which all gates of a source share. @default known to this gate only */
  readonly sourceClock?: SourceClock
  /** Number of processes that have something to send. */
  readonly active: () => number
  /** True if only one process at a time has calls to admit, so that a late send can always delay the next. @default false */
  readonly isExclusive?: boolean
  /** Called when the gate may open. */
  readonly onChange: () => void
  /** Ends the use of the rate at its source. @default none */
  readonly release?: () => void
}

/** First wait in ms after a failure. Doubled after each further failure, up to `longestRetry`. */
const firstRetry = 100
const longestRetry = 2_000
/** Share of a slice that can be forfeited before the next slice is made smaller. */
const maxForfeited = 0.1
/** Maximum uncertainty of instants, as a share of the window, when only the first exchange determines them. */
const vagueShare = 0.05
/** Maximum delay inferred from the first response on a new connection, as a share of the window and in ms. */
const firstDelayShare = 0.5
const longestFirstDelay = 1_000
/** Maximum delay of a send, as a share of the window, if it allows only `few` sends: each is a large part of them. */
const lateShareOfFew = 0.1
/** Time in ms for which permits are reserved ahead of their use, so that a slow answer costs none. */
const ahead = 100

/**
 * Rate shared by many processes. Permits are reserved in slices and each is used at its own instant, or not at all if
 * sends of this process arrived so late that a window of the server would contain too many.
 *
 * The next slice is reserved in time, so that a round trip costs none, and is no larger than needed: permits that are not
 * used in time are lost to all processes. So are permits that a process gives up for calls that left late.
 */
export class SlicedRateGate implements Gate {
  readonly name: string
  readonly prefetches = 'permits'
  readonly #settings: SlicedRateSettings
  readonly #count: number
  readonly #permits: GrantedPermits
  /** Sends of this process against a paced rate of calls without a burst. */
  readonly #sends: Quota | undefined
  readonly #underWay = new UnansweredSends()
  /** Permits of sends. Their settling shows if they were late. */
  readonly #taken = new WeakMap<
    Attempt,
    { readonly instant: PermitInstant; readonly at: number; readonly units: number }
  >()
  readonly #late: LateSends
  readonly #share: RateShare
  readonly #sourceClock: SourceClock
  #isAsking = false
  /** Earliest moment of the next request. */
  #askAt = Number.NEGATIVE_INFINITY
  #failures = 0
  #roundTrip = 0
  #lastSlice = 0
  /** Units used since the last request. */
  #used = 0
  #forfeitedBefore = 0
  /** Last grant, on the clock of the source. */
  #last: Grant | undefined

  constructor(settings: SlicedRateSettings) {
    this.name = `rate ${formatRate(settings.rate)}`
    this.#settings = settings
    const { rate, burst = 1, sourceClock = new SourceClock(), isExclusive = false } = settings
    this.#share = new RateShare(rate, isExclusive)
    this.#sourceClock = sourceClock
    const { count, per } = inWholeUnits(rate)
    this.#count = count
    if (rate.per <= longestPacedWindow && rate.unit === undefined && burst === 1) {
      this.#sends = new Quota(rate, count <= few ? per * lateShareOfFew : undefined)
    }
    this.#late = new LateSends(per, lifeOfPermit(per))
    this.#permits = new GrantedPermits((at, lost, gap) => this.#late.lost(at, lost, gap))
  }

  ask(now: number, weight: number): Answer {
    const units = Math.min(weight, this.#count)
    const at = this.#permits.earliest(this.#opensAt(now), units)
    if (at !== undefined) return goFrom(at, now)
    return this.#askAt > now ? { kind: 'wait', until: this.#askAt } : waitForSettle
  }

  take(now: number, weight: number, attempt: Attempt): void {
    const units = Math.min(weight, this.#count)
    const instant = this.#permits.take(now, units)
    if (this.#sends !== undefined) {
      const sent = this.#sends.take(now, units)
      this.#underWay.add(now, attempt, sent)
      this.#taken.set(attempt, { instant, at: now, units })
      this.#putOffFor(instant, now)
    }
    this.#used += units
  }

  prefetch(now: number, weight: number, waiting: number): void {
    const { rate, source } = this.#settings
    if (this.#isAsking) return
    if (this.#askAt > now) {
      if (source instanceof PermitGroup) source.block()
      return
    }
    const units = Math.min(weight, this.#count)
    const opensAt = this.#opensAt(now)
    const left = this.#permits.left(opensAt)
    const { isSlow } = this.#now
    const horizon = Math.max(isSlow ? 0 : ahead, 2 * this.#roundTrip)
    const isLow = left <= this.#lastSlice / 2 || this.#permits.lastAt(now) - now <= horizon
    // A slow rate holds no permits for future calls: other processes would wait for them.
    const isEnough = left >= units && (!isLow || (isSlow && left >= waiting * units))
    const wanted = isEnough ? 0 : Math.max(units, this.#sliceFor(waiting))
    if (source instanceof PermitGroup) {
      // Permits of a quota last until they are used: no more are taken because another limit is low.
      if (wanted > 0 || rate.per <= longestPacedWindow) source.add(this, rate, units, wanted, opensAt - now)
    } else if (wanted > 0) {
      this.isAsking()
      source.reserve(wanted, { unused: this.#unused(opensAt), after: opensAt - now }).then(
        (granted) => {
          this.grant(now, granted)
          this.#settings.onChange()
        },
        () => {
          this.fail()
          this.#settings.onChange()
        },
      )
    }
  }

  /** A call stays counted whatever its outcome. A response shows when it had arrived. */
  settle(now: number, settled: Settled): void {
    const left = this.#underWay.leavingOf(settled)
    const answered = this.#underWay.settle(settled)
    const taken = this.#taken.get(settled.attempt)
    if (this.#sends === undefined || taken === undefined) return
    if (left !== undefined && this.#late.left(taken.instant.at, taken.at + left, taken.units)) this.#giveUp(now)
    if (answered === undefined) return
    const { sent, roundTrip, leaving } = answered
    const { per } = this.#settings.rate
    const longest = Math.min(longestFirstDelay, per * firstDelayShare)
    const isOfNewConnection = this.#sends.isUnmeasured && leaving > 0
    const late = isOfNewConnection ? Math.max(leaving, Math.min(roundTrip, longest)) : leaving
    const delay = this.#sends.answered(sent, roundTrip, late)
    this.#putOffFor(taken.instant, sent.at + delay)
  }

  /** Gives up permits for sends of a fast rate that left too late. Those of a slow rate postpone the next permits. */
  #giveUp(now: number): void {
    if (!this.#now.isSlow) this.#permits.giveUp(this.#late.owed(now))
  }

  retire(): void {
    this.#settings.release?.()
  }

  isFresh(now: number): boolean {
    if (this.#isAsking || this.#askAt > now || this.#permits.left(now) > 0) return false
    return this.#sends?.isFresh(now) !== false
  }

  /**
   * Postpones the next permits of all processes if a send of this one arrived too late, so that a window that starts
   * with it contains no more than its count. In a fast rate, one late send is one of many.
   */
  #putOffFor({ at, atSource }: PermitInstant, arrivedBy: number): void {
    const { rate, source } = this.#settings
    const { active, pace, isSlow } = this.#now
    if (source instanceof PermitGroup || active === 1 || !isSlow) return
    const { count, per } = inWholeUnits(rate)
    if (pace.kind !== 'paced') return
    // A quarter of what is not granted is for what is not known: clock errors and the jitter of other sends.
    const unused = count * pace.gap - per
    const lateness = arrivedBy - at + unused / 4
    if (lateness <= unused) return
    const late = { permitAt: atSource, arrivedBy: atSource + lateness }
    // The next request handles a failure too.
    source.reserve(0, { late }).catch(() => {})
  }

  /** Lifetime of a permit in ms. In a slow rate, postponing for a late send costs less than losing the permit. */
  #lifeOf({ lasts, gap }: Grant): number {
    const { isSlow, canDelay } = this.#now
    const isKept = !(this.#settings.source instanceof PermitGroup) && this.#sends !== undefined && isSlow
    return isKept && canDelay ? Math.max(lasts, gap) : lasts
  }

  /** Moment from which the server's windows have room besides this process's sends, given how late those arrived. */
  #opensAt(now: number): number {
    return this.#sends?.earliest(now, 1) ?? now
  }

  /** Units that will be needed. More than wait now, because runs supply further calls when these have been sent. */
  #neededFor(waiting: number): number {
    const forfeited = this.#permits.forfeited - this.#forfeitedBefore
    this.#forfeitedBefore = this.#permits.forfeited
    const isTooLarge = forfeited > this.#lastSlice * maxForfeited
    const use = isTooLarge ? this.#used : Math.max(waiting, 2 * this.#lastSlice)
    this.#used = 0
    return Math.ceil(use)
  }

  get #now(): Share {
    return this.#share.among(this.#settings.active())
  }

  #sliceFor(waiting: number): number {
    const { rate } = this.#settings
    const { active, slice } = this.#now
    // Only one request is in flight at a time: a slice must last until the next response.
    const meanwhile = rate.per > longestPacedWindow ? 0 : Math.floor((rate.count / rate.per) * this.#roundTrip)
    return Math.min(this.#neededFor(waiting), Math.max(slice, Math.ceil(meanwhile / active)))
  }

  /** Unused permits at the end of the last grant. Reported once: it is not known if they are taken back. */
  #unused(now: number): UnusedPermits | undefined {
    const units = this.#permits.takeUnused(now)
    const last = this.#last
    this.#last = undefined
    if (last === undefined || units === 0 || last.gap === 0) return undefined
    return { until: last.startsAt + last.units * last.gap, units: Math.min(units, last.units) }
  }

  /** Records that permits are being requested: `grant` or `fail` follows. */
  isAsking(): void {
    this.#isAsking = true
  }

  /** Adds permits that were requested at `sentAt`. */
  grant(sentAt: number, grant: Grant): void {
    const { units, at, startsAt, gap } = grant
    const now = this.#settings.clock.now()
    this.#isAsking = false
    this.#failures = 0
    this.#roundTrip = now - sentAt
    this.#sourceClock.observe(sentAt, at, now)
    const local = (instant: number): number => this.#sourceClock.toLocal(instant)
    // The first exchange opens a connection, so that instants derived from it alone may be too late.
    const isVague = this.#sourceClock.isFirst && this.#sourceClock.doubt > vagueShare * this.#settings.rate.per
    if (units === 0) this.#askAt = local(startsAt)
    else if (!isVague) {
      const times = { startsAt: local(startsAt), notBefore: local(at), lasts: this.#lifeOf(grant) }
      this.#permits.add({ units, gap, ...times, offset: times.startsAt - startsAt })
    }
    this.#giveUp(now)
    this.#lastSlice = units
    this.#last = grant
  }

  /** Records that there was no response. */
  fail(): void {
    this.#isAsking = false
    this.#askAt = this.#settings.clock.now() + Math.min(longestRetry, firstRetry * 2 ** this.#failures++)
  }
}
