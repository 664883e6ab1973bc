import type { Limiter } from './limiter.ts'

/** Nobody can know when a running request ends; this is what a refusal suggests. */
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
