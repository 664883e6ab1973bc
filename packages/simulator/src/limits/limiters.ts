import type { Limit } from './limit.ts'
import { TimeQueue } from './time-queue.ts'

/**
 * State of one limit for one partition. Instants are milliseconds since the simulator's start and never decrease.
 *
 * Asking has no effect: a refused request leaves the state unchanged.
 */
export interface Limiter {
  /**
   * 0 if a request that counts for `units` is allowed at `now`; otherwise the milliseconds until it would be, in the
   * current state: Infinity if it never fits. `units` is 1 by default, here and below.
   */
  wait(now: number, units?: number): number
  /** Counts a request that was allowed at `now`. */
  take(now: number, units?: number): void
  /** Returns units that turned out not to be needed. Undefined if the limit does not support it. */
  giveBack?(now: number, units: number): void
  /** Counts a request as finished. */
  release(): void
  /** Quota left at `now`. */
  level(now: number): Level
}

/** Description of a limit for headers. */
export interface Level {
  readonly quota: number
  /** Window of the quota in milliseconds; undefined for a concurrency limit. */
  readonly window: number | undefined
  /** Amount that is allowed right now. */
  readonly remaining: number
  /**
   * Milliseconds until more is allowed; 0 if nothing is used, except for a fixed window, which always states its end.
   */
  readonly moreIn: number
  /** Milliseconds until the whole quota is available; undefined if equal to `moreIn`. */
  readonly fullIn: number
}

function nothingToRelease(): void {}

/** Wait of a request that exceeds the whole limit. */
const never = Number.POSITIVE_INFINITY

/** Wait suggested with a refusal, since the end of a running request is unknown. */
const suggestedWait = 1_000

/** At most `quota` at the same time. */
export function concurrent(quota: number): Limiter {
  let running = 0
  return {
    wait: () => (running < quota ? 0 : suggestedWait),
    take() {
      running++
    },
    release() {
      running--
    },
    level: () => ({ quota, window: undefined, remaining: Math.max(0, quota - running), moreIn: 0, fullIn: 0 }),
  }
}

/**
 * At most `quota` in each window; windows start one after another from the start. Up to twice as many can pass across
 * a boundary.
 */
export function fixedWindow(quota: number, window: number): Limiter {
  let current = Number.NEGATIVE_INFINITY
  let used = 0
  const usedAt = (now: number) => (Math.floor(now / window) === current ? used : 0)
  const rest = (now: number) => (Math.floor(now / window) + 1) * window - now
  return {
    wait: (now, units = 1) => (usedAt(now) + units <= quota ? 0 : units > quota ? never : rest(now)),
    take(now, units = 1) {
      used = usedAt(now) + units
      current = Math.floor(now / window)
    },
    giveBack(now, units) {
      used = Math.max(0, usedAt(now) - units)
    },
    release: nothingToRelease,
    level(now) {
      const remaining = quota - usedAt(now)
      return { quota, window, remaining, moreIn: rest(now), fullIn: rest(now) }
    },
  }
}

/** At most `quota` in any span of `window`, open at its start: exact, because every instant is stored. */
export function slidingLog(quota: number, window: number): Limiter {
  const log = new TimeQueue()
  return {
    wait(now, units = 1) {
      if (units > quota) return never
      log.dropUntil(now - window)
      const inTheWay = log.dropFor(quota - units)
      return inTheWay === undefined ? 0 : inTheWay + window - now
    },
    take: (now, units) => log.push(now, units),
    release: nothingToRelease,
    level(now) {
      log.dropUntil(now - window)
      const moreIn = log.first === undefined ? 0 : log.first + window - now
      const fullIn = log.last === undefined ? 0 : log.last + window - now
      return { quota, window, remaining: quota - log.total, moreIn, fullIn }
    },
  }
}

/** Differences below a thousandth of a microsecond are rounding errors. */
const slack = 1e-6

/**
 * A bucket of `burst` tokens refilled at `quota` per `window`, as the generic cell rate algorithm, which stores one
 * instant. It starts full.
 */
export function tokenBucket(quota: number, window: number, burst: number): Limiter {
  const interval = window / quota
  const depth = interval * burst
  let fullAt = Number.NEGATIVE_INFINITY
  const policy = policyOf(quota, window, burst)
  return {
    wait(now, units = 1) {
      if (units > burst) return never
      const wait = Math.max(now, fullAt) + interval * units - depth - now
      return wait <= slack ? 0 : wait
    },
    take(now, units = 1) {
      fullAt = Math.max(now, fullAt) + interval * units
    },
    giveBack(_, units) {
      fullAt -= interval * units
    },
    release: nothingToRelease,
    level(now) {
      const fullIn = Math.max(0, fullAt - now)
      const remaining = Math.max(0, Math.floor((depth - fullIn) / interval + slack))
      const moreIn = Math.max(0, fullIn - (depth - (remaining + 1) * interval))
      return { ...policy, remaining: Math.min(remaining, policy.quota), moreIn: Math.min(moreIn, fullIn), fullIn }
    },
  }
}

/** Policy for headers that only know a quota and whole seconds: the bucket and its filling time, if that is whole. */
function policyOf(quota: number, window: number, burst: number): { quota: number; window: number } {
  const filling = (burst * window) / quota
  return filling >= 1_000 && filling % 1_000 === 0 ? { quota: burst, window: filling } : { quota, window }
}

/**
 * Same as nginx's `limit_req ... nodelay`, with its integers: thousandths of a request on a clock of whole
 * milliseconds, everything rounded down. So 50/min is really 49.98/min, and with `burst` 0 two requests closer than
 * one interval (rounded up) are one too many.
 */
export function leakyBucket(quota: number, window: number, burst: number): Limiter {
  const rate = Math.floor((quota * 1_000_000) / window)
  const most = burst * 1_000
  const policy = policyOf(quota, window, burst + 1)
  let last = Number.NEGATIVE_INFINITY
  let excess = 0

  /** Excess after one more request. */
  const excessAt = (now: number, units = 1) =>
    Math.max(0, excess - Math.floor((rate * Math.max(0, Math.floor(now) - last)) / 1_000) + units * 1_000)
  /** Milliseconds until one more request would bring the excess to at most `bound`. */
  const waitFor = (bound: number, now: number, units = 1) =>
    Math.max(0, last + Math.ceil(((excess + units * 1_000 - bound) * 1_000) / rate) - now)

  return {
    wait(now, units = 1) {
      if (units > burst + 1) return never
      return excessAt(now, units) <= most ? 0 : waitFor(most, now, units)
    },
    take(now, units = 1) {
      excess = excessAt(now, units)
      last = Math.max(last, Math.floor(now))
    },
    release: nothingToRelease,
    level(now) {
      const left = most - excessAt(now)
      const remaining = left < 0 ? 0 : 1 + Math.floor(left / 1_000)
      const moreIn = remaining > burst ? 0 : waitFor(most - remaining * 1_000, now)
      return { ...policy, remaining: Math.min(remaining, policy.quota), moreIn, fullIn: waitFor(0, now) }
    },
  }
}

/**
 * Another client on the same limit: requests `share` of it, evenly over time, and gets it unless the limit is used up.
 * For a concurrency limit the creator of the limiter reserves the share permanently.
 */
export function withCompetitor(limiter: Limiter, limit: Limit, share: number): Limiter {
  if (share === 0 || limit.kind === 'concurrent') return limiter
  const interval = limit.window / (limit.quota * share)
  let next = Number.NEGATIVE_INFINITY

  /** Takes the competitor's quota since the last call; anything older than a window is ignored. */
  const catchUp = (now: number) => {
    next = Math.max(next, Math.ceil((now - limit.window) / interval))
    for (; next * interval <= now; next++) {
      const at = next * interval
      if (limiter.wait(at) === 0) limiter.take(at)
    }
  }

  return {
    wait(now, units) {
      catchUp(now)
      return limiter.wait(now, units)
    },
    take: (now, units) => limiter.take(now, units),
    giveBack: (now, units) => limiter.giveBack?.(now, units),
    release: () => limiter.release(),
    level(now) {
      catchUp(now)
      return limiter.level(now)
    },
  }
}
