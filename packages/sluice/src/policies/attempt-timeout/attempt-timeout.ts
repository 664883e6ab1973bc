import type { Clock } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import { AttemptTimeoutError } from '../../transport/errors.ts'
import type { Policy } from '../policy.ts'

/**
 * Bounds one attempt, from being admitted to the last byte. Waiting in our own line is not the server's slowness.
 *
 * It does not run ahead of the attempt: the attempt is cancelled, and has ended when its connection is torn down.
 */
export function attemptTimeout(clock: Clock, timeout: number): Policy {
  return {
    name: 'attemptTimeout',
    async run(attempt, next) {
      const given = attempt.request.timeout ?? timeout
      const stopListening = attempt.call.cancellation.onCancel((reason) => attempt.cancellation.cancel(reason))
      const timer = clock.timer(given, () => {
        const where = attempt.wasSent ? 'no whole answer' : 'no connection'
        const message = `${where} within the timeout of ${formatDuration(given)}`
        attempt.cancellation.cancel(new AttemptTimeoutError(message, given, attempt.wasSent ? 'maybe' : 'no'))
      })
      try {
        return await next(attempt)
      } finally {
        timer.cancel()
        stopListening()
      }
    },
  }
}
