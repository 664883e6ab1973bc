import type { Clock } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import { DeadlineExceededError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Policy } from '../policy.ts'

/**
 * Bounds the whole call: when its time is up, or its caller wants it no more, the caller has the answer at once.
 *
 * What is still on the wire is torn down, and gives back its permit when that is done.
 */
export function deadline(clock: Clock): Policy {
  return {
    name: 'deadline',
    run(attempt, next) {
      const { call } = attempt
      const startedAt = clock.now()
      const timer =
        call.deadlineAt === Number.POSITIVE_INFINITY
          ? undefined
          : clock.timer(call.deadlineAt - startedAt, () => {
              const given = call.deadlineAt - startedAt
              const message = `not done within its deadline of ${formatDuration(given)}`
              call.cancellation.cancel(new DeadlineExceededError(message, given))
            })
      return new Promise((resolve, reject) => {
        const stopListening = call.cancellation.onCancel((reason) => resolve(cancelledBy(reason)))
        const giveBack = (): void => {
          timer?.cancel()
          stopListening()
        }
        next(attempt).then(
          (outcome) => {
            giveBack()
            resolve(outcome.kind === 'cancelled' ? cancelledBy(outcome.reason) : outcome)
          },
          (bug) => {
            giveBack()
            reject(bug)
          },
        )
      })
    },
  }
}

/** The deadline cancels as a caller does, but what comes of it is a failure and not the caller's own wish. */
function cancelledBy(reason: unknown): Outcome {
  return reason instanceof DeadlineExceededError ? { kind: 'failure', error: reason } : { kind: 'cancelled', reason }
}
