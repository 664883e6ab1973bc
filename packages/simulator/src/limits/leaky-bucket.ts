import { type Limiter, nothingToRelease } from './limiter.ts'
import { policyOf } from './token-bucket.ts'

/**
 * What nginx's `limit_req ... nodelay` does, with its integers: thousandths of a request on a clock of whole
 * milliseconds, everything rounded down. So 50/min is really 49.98/min, and with `burst` 0 two requests closer than
 * one interval (rounded up) are one too many.
 */
export function leakyBucket(quota: number, window: number, burst: number): Limiter {
  const rate = Math.floor((quota * 1_000_000) / window)
  const most = burst * 1_000
  const policy = policyOf(quota, window, burst + 1)
  let last = Number.NEGATIVE_INFINITY
  let excess = 0

  /** What the excess would be if one more came. */
  const excessAt = (now: number) =>
    Math.max(0, excess - Math.floor((rate * Math.max(0, Math.floor(now) - last)) / 1_000) + 1_000)
  /** How long until one more would bring the excess to `bound` at most. */
  const waitFor = (bound: number, now: number) =>
    Math.max(0, last + Math.ceil(((excess + 1_000 - bound) * 1_000) / rate) - now)

  return {
    wait: (now) => (excessAt(now) <= most ? 0 : waitFor(most, now)),
    take(now) {
      excess = excessAt(now)
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
