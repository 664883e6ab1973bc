import type { Clock, Timer } from '../../time/clock.ts'

/** Calls `action` every `interval` milliseconds. Returns a function that stops this. */
export function every(clock: Clock, interval: number, action: () => void): () => void {
  let timer: Timer
  const ring = (): void => {
    timer = clock.timer(interval, ring)
    action()
  }
  timer = clock.timer(interval, ring)
  return () => timer.cancel()
}
