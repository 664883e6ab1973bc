import type { Clock, Timer } from '../../time/clock.ts'

/** Calls `tell` once a second. Returns how to stop, which calls it a last time. */
export function everySecond(clock: Clock, tell: () => void): () => void {
  let timer: Timer
  const wait = (): void => {
    timer = clock.timer(1_000, () => {
      wait()
      tell()
    })
  }
  wait()
  return () => {
    timer.cancel()
    tell()
  }
}
