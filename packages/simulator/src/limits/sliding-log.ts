import { type Limiter, nothingToRelease } from './limiter.ts'
import { TimeQueue } from './time-queue.ts'

/** At most `quota` in any span of `window`, open at its beginning: exact, because every instant is kept. */
export function slidingLog(quota: number, window: number): Limiter {
  const log = new TimeQueue()
  return {
    wait(now) {
      log.dropUntil(now - window)
      return log.length < quota ? 0 : log.first! + window - now
    },
    take: (now) => log.push(now),
    release: nothingToRelease,
    level(now) {
      log.dropUntil(now - window)
      const moreIn = log.first === undefined ? 0 : log.first + window - now
      const fullIn = log.last === undefined ? 0 : log.last + window - now
      return { quota, window, remaining: quota - log.length, moreIn, fullIn }
    },
  }
}
