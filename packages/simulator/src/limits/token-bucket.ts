import { type Limiter, nothingToRelease } from './limiter.ts'

/** Below a thousandth of a microsecond, a difference is one of rounding. */
const slack = 1e-6

/**
 * A bucket of `burst` tokens that is refilled at `quota` per `window`, as the generic cell rate algorithm: one instant
 * is all it keeps. It starts full.
 */
export function tokenBucket(quota: number, window: number, burst: number): Limiter {
  const interval = window / quota
  const depth = interval * burst
  let fullAt = Number.NEGATIVE_INFINITY
  const policy = policyOf(quota, window, burst)
  return {
    wait(now) {
      const wait = Math.max(now, fullAt) + interval - depth - now
      return wait <= slack ? 0 : wait
    },
    take(now) {
      fullAt = Math.max(now, fullAt) + interval
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

/** What to call it in headers that know only a quota and whole seconds: the bucket and its filling time, if that is whole. */
export function policyOf(quota: number, window: number, burst: number): { quota: number; window: number } {
  const filling = (burst * window) / quota
  return filling >= 1_000 && filling % 1_000 === 0 ? { quota: burst, window: filling } : { quota, window }
}
