import type { Clock, Timer } from './clock.ts'

/** A timer that fires later than this many ms after its time was held up by a busy event loop. */
const lateness = 10
/** The most that is added for it, in ms. */
const longestGrace = 50

/**
 * A timer for giving up on others. If the event loop was busy when it was due, what has arrived meanwhile is read first: an
 * answer that is there counts as in time.
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
