import type { Clock } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import { AttemptTimeoutError } from '../../transport/errors.ts'
import type { Attempt } from '../attempt.ts'
import type { Policy } from '../policy.ts'
import { Timeouts } from './timeouts.ts'

/**
 * Limits the duration of one attempt, from admission to the last byte, or to the head of a response whose body is
 * streamed. Time in the queue does not count.
 *
 * The attempt is cancelled on timeout, and ends only when its connection has been torn down.
 */
export function attemptTimeout(clock: Clock, timeout: number): Policy {
  const usual = new Timeouts(clock, timeout, giveUp)
  /** Timeouts of requests in flight that set their own, by duration. */
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
      // While a body is streamed, the reader of the body limits the silence of the server.
      const remove = (): void => timeouts.remove(link)
      if (attempt.call.stream !== undefined) attempt.whenStreamed = remove
      attempt.call.cancellation.add(attempt.cancellation)
      const end = (): void => {
        attempt.call.cancellation.remove(attempt.cancellation)
        remove()
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
  const where = attempt.wasSent ? 'no complete response' : 'no connection'
  const message = `${where} within the timeout of ${formatDuration(timeout)}`
  attempt.cancellation.cancel(new AttemptTimeoutError(message, timeout, attempt.wasSent ? 'maybe' : 'no'))
}
