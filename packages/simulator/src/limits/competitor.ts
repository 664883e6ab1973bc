import type { Limit } from './limit.ts'
import type { Limiter } from './limiter.ts'

/**
 * Somebody else on the same limit: asks for `share` of it, evenly over time, and gets it unless the limit is used up.
 * Of requests at once it holds its share all the time; that is for whoever makes the limiter.
 */
export function withCompetitor(limiter: Limiter, limit: Limit, share: number): Limiter {
  if (share === 0 || limit.kind === 'concurrent') return limiter
  const interval = limit.window / (limit.quota * share)
  let next = Number.NEGATIVE_INFINITY

  /** What it took since we last looked; what lies more than a window back no longer matters. */
  const catchUp = (now: number) => {
    next = Math.max(next, Math.ceil((now - limit.window) / interval))
    for (; next * interval <= now; next++) {
      const at = next * interval
      if (limiter.wait(at) === 0) limiter.take(at)
    }
  }

  return {
    wait(now) {
      catchUp(now)
      return limiter.wait(now)
    },
    take(now) {
      limiter.take(now)
    },
    release: () => limiter.release(),
    level(now) {
      catchUp(now)
      return limiter.level(now)
    },
  }
}
