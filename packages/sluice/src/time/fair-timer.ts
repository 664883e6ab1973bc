import type { Clock, Timer } from './clock.ts'

/** A timer this many milliseconds late was delayed by a busy event loop. */
const lateness = 10
/** Maximum grace period in milliseconds. */
const longestGrace = 50

/**
 * Timer for timeouts. If the event loop was busy when it was due, pending input is read first, so that a response
 * that has arrived already counts as in time.
 */
export function fairTimer(clock: Clock, delay: number, giveUp: () => void): Timer {
  const dueAt = clock.now() + delay
  let timer = clock.timer(delay, () => {
    const late = clock.now() - dueAt
    if (late <= lateness) giveUp()
    else timer = clock.timer(Math.min(late, longestGrace), giveUp)
  })
  return { cancel: () => timer.cancel() }
}
