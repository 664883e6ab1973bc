import { type Limiter, nothingToRelease } from './limiter.ts'

/** At most `quota` in each window; windows follow each other from the start. Across a boundary twice as many can pass. */
export function fixedWindow(quota: number, window: number): Limiter {
  let current = Number.NEGATIVE_INFINITY
  let used = 0
  const usedAt = (now: number) => (Math.floor(now / window) === current ? used : 0)
  const rest = (now: number) => (Math.floor(now / window) + 1) * window - now
  return {
    wait: (now) => (usedAt(now) < quota ? 0 : rest(now)),
    take(now) {
      used = usedAt(now) + 1
      current = Math.floor(now / window)
    },
    release: nothingToRelease,
    level(now) {
      const remaining = quota - usedAt(now)
      return { quota, window, remaining, moreIn: rest(now), fullIn: rest(now) }
    },
  }
}
