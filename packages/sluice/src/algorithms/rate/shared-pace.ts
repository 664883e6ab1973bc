import { inWholeUnits, type Rate } from './rate.ts'

/** Longest window in ms that is paced evenly; longer ones are quotas: 100 a day, evenly, is one call in 14 minutes. */
export const longestPacedWindow = 60_000

/**
 * Share of a rate that processes leave unused: half of it for permits that are used late, half because their instants
 * are known only to within a round trip, and even sends arrive less evenly. A window can include sends due shortly
 * before it.
 */
const headroom = 0.02
/**
 * Headroom of a rate whose processes already hold permits of its next window, which cannot be delayed for a late send.
 */
const headroomOfFew = 0.05
/** Maximum lifetime of a permit in ms: a longer one would leave more of the rate unused. */
const longestLife = 50

/** Number of parts of a window in which a quota is counted. */
const partsOfWindow = 100

/** Pace at which a rate is granted to many processes. */
export type SharedPace =
  /** Evenly, `gap` apart; after idleness, calls of the last `tolerance` milliseconds may be sent at once. */
  | { readonly kind: 'paced'; readonly gap: number; readonly tolerance: number; readonly lasts: number }
  /** On demand: `count` in `counted + 1` parts of length `part`; a permit is used within one part after its grant. */
  | { readonly kind: 'quota'; readonly count: number; readonly part: number; readonly counted: number }

/** Pace of a rate with a burst, for this number of active processes. */
export function sharedPace(rate: Rate, burst: number, active = 1): SharedPace {
  const { count, per } = inWholeUnits(rate)
  if (per > longestPacedWindow) {
    // A permit granted at the start of a part may be used at the end of the next: it leaves every window only after
    // that.
    return { kind: 'quota', count, part: per / partsOfWindow, counted: partsOfWindow + 2 }
  }
  const unused = active === 1 || canDelay(rate, active) ? headroom : headroomOfFew
  const gap = (per / count) * (1 + unused)
  return { kind: 'paced', gap, tolerance: gap * (burst - 1), lasts: lifeOfPermit(per, unused) }
}

/** Time in ms after its instant during which a permit of a paced rate can be used, of which this share is unused. */
export function lifeOfPermit(per: number, unused: number = headroom): number {
  return Math.min(longestLife, (per * unused) / 2)
}

/** Maximum count of a window whose permits may all be granted before a late send is known. */
export const few = 5

/**
 * True if a window has more permits than the processes hold in advance: up to two each, while a slice is one permit.
 */
export function canDelay(rate: Rate, active: number): boolean {
  return inWholeUnits(rate).count > Math.max(few, 2 * active)
}

/** Number of units that one of `active` processes reserves at a time. */
export function sliceOf({ count, per }: Rate, active: number): number {
  if (per > longestPacedWindow) return Math.max(1, Math.ceil(count / partsOfWindow))
  // A tenth of a second; with many processes, each reserves about once a second.
  const span = Math.min(100, Math.max(10, 1_000 / active))
  const units = Math.max(1, Math.floor((count / per) * span))
  if (active === 1 || units <= largeSlice) return units
  return Math.min(units, Math.max(largeSlice, Math.floor((count / per) * spanOfLarge)))
}

/**
 * A larger slice spans this time in ms, so that a process does not have to send at the full rate for long. A shorter
 * one would cost more than forty reservations a second.
 */
const spanOfLarge = 25
const largeSlice = 10

/** Granted permits, on the clock of the ledger. */
export interface GivenPermits {
  readonly units: number
  readonly startsAt: number
  readonly gap: number
  readonly lasts: number
}

/** Share of its lifetime in which a quota's permit is used, because clocks differ. */
const usableShare = 0.9

/** Pace of a quota's permits: on demand, but within one part. */
export function paceOfQuota(part: number): { readonly gap: number; readonly lasts: number } {
  return { gap: 0, lasts: part * usableShare }
}

/** Unused permits at the end of a paced grant. */
export interface UnusedPermits {
  /** Instant of the permit that would follow them, on the clock of the ledger. */
  readonly until: number
  readonly units: number
}

/** Send that arrived later than its permit allows, on the clock of the ledger. */
export interface LateSend {
  /** Instant of its permit. */
  readonly permitAt: number
  /** Time by which it had arrived. */
  readonly arrivedBy: number
}

/** Tolerance for rounding errors in sums of gaps, as a share of a gap. */
const sameShare = 0.02

/** Maximum difference in ms between equal instants, because sums of fractions are not exact. */
const sameInstant = 0.01

/** Number of units of one limit that each call takes. */
export interface LedgerRequest {
  readonly ledger: PermitLedger
  readonly units: number
  /** Milliseconds before now at which the first permit may be; after now if negative. @default that of the pace */
  readonly tolerance?: number | undefined
}

/**
 * Grants up to `calls` calls their permits of several limits, so that the permits of one call have the same instant.
 * Permits of paced rates are spaced by the slowest one. Grants none of any limit if a quota is exhausted.
 */
export function reserveTogether(now: number, wishes: readonly LedgerRequest[], calls: number): readonly GivenPermits[] {
  const quotas = wishes.map(({ ledger, units }) => ({ calls: Math.floor(ledger.left(now) / units), ledger }))
  const granted = Math.min(calls, ...quotas.map((quota) => quota.calls))
  const startsAt = Math.max(...wishes.map(({ ledger, tolerance }) => ledger.earliest(now, tolerance)))
  if (granted < 1) {
    const empty = quotas.filter((quota) => quota.calls < 1).map(({ ledger }) => ledger.opensAt(now))
    const opensAt = Math.max(now, ...empty)
    return wishes.map(() => ({ units: 0, startsAt: opensAt, gap: 0, lasts: 0 }))
  }
  const distance = Math.max(...wishes.map(({ ledger, units }) => ledger.distanceOf(units)))
  return wishes.map(({ ledger, units }) => ledger.take(now, { calls: granted, units, startsAt, distance }))
}

/** Permits of one rate, granted to many processes so that together they obey it. */
export class PermitLedger {
  #pace: SharedPace
  #next = Number.NEGATIVE_INFINITY
  readonly #parts = new Map<number, number>()

  constructor(pace: SharedPace) {
    this.#pace = pace
  }

  /** Sets the pace of later grants. */
  setPace(pace: SharedPace): void {
    this.#pace = pace
  }

  /** Delays the next permits, so that the window that starts with a late send of this rate stays within its count. */
  putOff({ permitAt, arrivedBy }: LateSend, { count, per }: Rate): void {
    if (this.#pace.kind !== 'paced') return
    const given = Math.floor((this.#next - permitAt) / this.#pace.gap + sameShare)
    if (given > 0 && given <= count) {
      this.#next = Math.max(this.#next, arrivedBy + per - (count - given) * this.#pace.gap)
    }
  }

  /** Takes back unused permits, unless later ones were granted. */
  takeBack({ until, units }: UnusedPermits): void {
    if (this.#pace.kind === 'paced' && Math.abs(this.#next - until) < sameInstant) {
      this.#next = until - units * this.#pace.gap
    }
  }

  reserve(now: number, units: number): GivenPermits {
    return reserveTogether(now, [{ ledger: this, units: 1 }], units)[0]!
  }

  /** Instant of the next permit; for a quota: immediately. */
  earliest(now: number, tolerance?: number): number {
    if (this.#pace.kind !== 'paced') return Number.NEGATIVE_INFINITY
    return Math.max(this.#next, now - (tolerance ?? this.#pace.tolerance))
  }

  /** Time between two calls of this many units; for a quota: 0. */
  distanceOf(units: number): number {
    return this.#pace.kind === 'paced' ? this.#pace.gap * units : 0
  }

  /** Remaining units of a quota. */
  left(now: number): number {
    if (this.#pace.kind === 'paced') return Number.POSITIVE_INFINITY
    const { count, part, counted } = this.#pace
    const current = Math.floor(now / part)
    let given = 0
    for (const [index, sum] of this.#parts) {
      if (index + counted <= current) this.#parts.delete(index)
      else given += sum
    }
    return Math.max(0, count - given)
  }

  /** Time at which units of an exhausted quota return. */
  opensAt(now: number): number {
    if (this.#pace.kind === 'paced') return now
    const { part, counted } = this.#pace
    return (Math.min(Math.floor(now / part), ...this.#parts.keys()) + counted) * part
  }

  take(
    now: number,
    { calls, units, startsAt, distance }: Readonly<Record<'calls' | 'units' | 'startsAt' | 'distance', number>>,
  ): GivenPermits {
    const taken = calls * units
    if (this.#pace.kind === 'paced') {
      const { gap, lasts } = this.#pace
      this.#next = startsAt + (calls - 1) * distance + gap * units
      return { units: taken, startsAt, gap: distance / units, lasts }
    }
    const current = Math.floor(now / this.#pace.part)
    this.#parts.set(current, (this.#parts.get(current) ?? 0) + taken)
    return { units: taken, startsAt: now, ...paceOfQuota(this.#pace.part) }
  }
}
