import type { Cancellation } from './cancellation.ts'
import type { Clock } from './clock.ts'

/**
 * Waits `delay` milliseconds. Ends at once when cancelled.
 *
 * Returns whether the whole time was waited; it never throws.
 */
export function sleep(clock: Clock, delay: number, cancellation: Cancellation): Promise<boolean> {
  if (cancellation.cancelled) return Promise.resolve(false)
  return new Promise((resolve) => {
    const timer = clock.timer(delay, () => {
      stopListening()
      resolve(true)
    })
    const stopListening = cancellation.onCancel(() => {
      timer.cancel()
      resolve(false)
    })
  })
}
