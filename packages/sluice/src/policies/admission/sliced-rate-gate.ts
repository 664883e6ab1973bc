import { GrantedPermits } from '../../algorithms/rate/granted-permits.ts'
import { formatRate, inWholeUnits, type Rate } from '../../algorithms/rate/rate.ts'
import { sliceOf } from '../../algorithms/rate/shared-pace.ts'
import { SourceClock } from '../../algorithms/rate/source-clock.ts'
import type { Clock } from '../../time/clock.ts'
import { type Answer, type Gate, goFrom, waitForSettle } from './gate.ts'
import type { Grant, PermitSource } from './shared-limits.ts'

export interface SlicedRateSettings {
  readonly rate: Rate
  readonly source: PermitSource
  readonly clock: Clock
  /** How many processes have something to send. */
  readonly active: () => number
  /** Told when there is something new to ask for. */
  readonly onChange: () => void
}

/** After a failure it is asked again in so many milliseconds, and in twice as many each further time, up to the longest. */
const firstRetry = 100
const longestRetry = 2_000
/** A slice of which more than this was forfeited was too large. */
const forfeitedOfTooLarge = 0.1
/** Permits whose instants are known no better than to this share of the window are not used, if that can be bettered. */
const vagueShare = 0.05

/**
 * At most `rate` over many processes: permits are asked for in slices, and each leaves at its own instant.
 *
 * Nothing goes without a permit in hand. The next slice is asked for when half of one is used, so that a round trip costs
 * nothing; only as much as there is use for, because what is not used in time is lost to all.
 */
export class SlicedRateGate implements Gate {
  readonly name: string
  readonly reserves = 'permits'
  readonly #settings: SlicedRateSettings
  readonly #count: number
  readonly #permits = new GrantedPermits()
  readonly #sourceClock = new SourceClock()
  #isAsking = false
  /** Not to be asked before. */
  #askAt = Number.NEGATIVE_INFINITY
  #failures = 0
  #isFirst = true
  #roundTrip = 0
  #lastSlice = 0
  /** Since it was last asked. */
  #used = 0
  #forfeitedBefore = 0

  constructor(settings: SlicedRateSettings) {
    this.name = `rate ${formatRate(settings.rate)}`
    this.#settings = settings
    this.#count = inWholeUnits(settings.rate).count
  }

  ask(now: number, weight: number): Answer {
    const at = this.#permits.earliest(now, Math.min(weight, this.#count))
    if (at !== undefined) return goFrom(at, now)
    return this.#askAt > now ? { kind: 'wait', until: this.#askAt } : waitForSettle
  }

  take(now: number, weight: number): void {
    const units = Math.min(weight, this.#count)
    this.#permits.take(now, units)
    this.#used += units
  }

  reserve(now: number, weight: number, waiting: number): void {
    if (this.#isAsking || this.#askAt > now) return
    const units = Math.min(weight, this.#count)
    const left = this.#permits.left(now)
    const isLow = left <= this.#lastSlice / 2 || this.#permits.lastAt(now) - now <= 2 * this.#roundTrip
    if (left >= units && !isLow) return
    this.#ask(
      now,
      Math.max(units, Math.min(this.#useFor(waiting), sliceOf(this.#settings.rate, this.#settings.active()))),
    )
  }

  /** What was sent stays counted, however it ended. */
  settle(): void {}

  isFresh(now: number): boolean {
    return !this.#isAsking && this.#askAt <= now && this.#permits.left(now) === 0
  }

  /** Who waits is not all: others are brought when these have gone. */
  #useFor(waiting: number): number {
    const forfeited = this.#permits.forfeited - this.#forfeitedBefore
    this.#forfeitedBefore = this.#permits.forfeited
    const isTooLarge = forfeited > this.#lastSlice * forfeitedOfTooLarge
    const use = isTooLarge ? this.#used : Math.max(waiting, 2 * this.#lastSlice)
    this.#used = 0
    return Math.ceil(use)
  }

  #ask(now: number, units: number): void {
    this.#isAsking = true
    this.#settings.source.reserve(units).then(
      (grant) => this.#receive(now, grant),
      () => this.#fail(),
    )
  }

  #receive(sentAt: number, grant: Grant): void {
    const { units, at, startsAt, gap, lasts } = grant
    const now = this.#settings.clock.now()
    this.#isAsking = false
    this.#failures = 0
    this.#roundTrip = now - sentAt
    this.#sourceClock.heard(sentAt, at, now)
    const local = (instant: number): number => this.#sourceClock.toLocal(instant, now)
    // The first exchange opens a connection. What is known by it alone may be too late.
    const isVague = this.#isFirst && this.#sourceClock.doubt > vagueShare * this.#settings.rate.per
    this.#isFirst = false
    if (units === 0) this.#askAt = local(startsAt)
    else if (!isVague) this.#permits.add({ units, startsAt: local(startsAt), gap, notBefore: local(at), lasts })
    this.#lastSlice = units
    this.#settings.onChange()
  }

  #fail(): void {
    this.#isAsking = false
    this.#askAt = this.#settings.clock.now() + Math.min(longestRetry, firstRetry * 2 ** this.#failures++)
    this.#settings.onChange()
  }
}
