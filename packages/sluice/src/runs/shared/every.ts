import type { Clock, Timer } from '../../time/clock.ts'

/** Calls `action` again and again, so many milliseconds after the last time. Returns how to stop. */
export function every(clock: Clock, interval: number, action: () => void): () => void {
  let timer: Timer
  const ring = (): void => {
    timer = clock.timer(interval, ring)
    action()
  }
  timer = clock.timer(interval, ring)
  return () => timer.cancel()
}
