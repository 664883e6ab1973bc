import type { Clock } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import type { Attempt, Call } from '../attempt.ts'
import { DeadlineExceededError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Next, Policy } from '../policy.ts'

/** Interval in ms of checks while the run of a call is paused beyond its deadline, which moves when the run resumes. */
const pausedLook = 100

/**
 * Limits the duration of a whole call. On expiry the call is cancelled as if by its caller: waits end immediately and
 * connections are torn down, so that everything it did is accounted for when the caller gets the result.
 */
export function deadline(clock: Clock): Policy {
  return {
    name: 'deadline',
    run: (attempt, next) =>
      attempt.call.deadlineAt === Number.POSITIVE_INFINITY ? next(attempt) : bounded(attempt, next, clock),
  }
}

async function bounded(attempt: Attempt, next: Next, clock: Clock): Promise<Outcome> {
  const stop = watchDeadline(attempt.call, clock)
  try {
    return failureOf(await next(attempt))
  } finally {
    stop()
  }
}

/** Cancels a call when its deadline passes. Returns a function that stops it. */
export function watchDeadline(call: Call, clock: Clock): () => void {
  if (call.deadlineAt === Number.POSITIVE_INFINITY) return () => {}
  const given = call.deadlineAt - call.startedAt
  let timer = clock.timer(call.deadlineAt - clock.now(), ring)
  function ring(): void {
    const left = call.deadlineAt - clock.now()
    if (left > 0 || call.isPaused) {
      timer = clock.timer(left > 0 ? left : pausedLook, ring)
      return
    }
    const message = `not done within its deadline of ${formatDuration(given)}`
    call.cancellation.cancel(new DeadlineExceededError(message, given))
  }
  return () => timer.cancel()
}

/** Turns the deadline's cancellation into a failure, because the caller did not cancel. */
function failureOf(outcome: Outcome): Outcome {
  const isOurs = outcome.kind === 'cancelled' && outcome.reason instanceof DeadlineExceededError
  return isOurs ? { kind: 'failure', error: outcome.reason as DeadlineExceededError } : outcome
}
