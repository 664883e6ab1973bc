import type { Clock } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import { AttemptTimeoutError } from '../../transport/errors.ts'
import type { Attempt } from '../attempt.ts'
import type { Policy } from '../policy.ts'
import { Timeouts } from './timeouts.ts'

/**
 * Bounds one attempt, from being admitted to the last byte, or to the head of an answer whose body is read as it comes. Time in
 * the queue is not the server's slowness.
 *
 * It does not run ahead of the attempt: the attempt is cancelled, and has ended when its connection is torn down.
 */
export function attemptTimeout(clock: Clock, timeout: number): Policy {
  const usual = new Timeouts(clock, timeout, giveUp)
  /** Timeouts of requests that have one of their own, while they are in flight. */
  const own = new Map<number, Timeouts>()

  const timeoutsOf = (given: number | undefined): Timeouts => {
    if (given === undefined || given === timeout) return usual
    const timeouts = own.get(given) ?? new Timeouts(clock, given, giveUp)
    own.set(given, timeouts)
    return timeouts
  }

  return {
    name: 'attemptTimeout',
    run(attempt, next) {
      const given = attempt.request.timeout
      const timeouts = timeoutsOf(given)
      const link = timeouts.add(attempt)
      // The silence of a server within a body is bounded where it is read.
      if (attempt.call.stream !== undefined) attempt.whenStreamed = () => timeouts.remove(link)
      attempt.call.cancellation.add(attempt.cancellation)
      const end = (): void => {
        attempt.call.cancellation.remove(attempt.cancellation)
        timeouts.remove(link)
        if (given !== undefined && timeouts.isEmpty) own.delete(given)
      }
      return next(attempt).then(
        (outcome) => {
          end()
          return outcome
        },
        (bug: unknown) => {
          end()
          throw bug
        },
      )
    },
  }
}

function giveUp(attempt: Attempt, timeout: number): void {
  const where = attempt.wasSent ? 'no whole answer' : 'no connection'
  const message = `${where} within the timeout of ${formatDuration(timeout)}`
  attempt.cancellation.cancel(new AttemptTimeoutError(message, timeout, attempt.wasSent ? 'maybe' : 'no'))
}
