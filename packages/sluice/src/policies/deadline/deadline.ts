import type { Clock } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import type { Attempt } from '../attempt.ts'
import { DeadlineExceededError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Next, Policy } from '../policy.ts'

/** Milliseconds between two looks at a call whose run is paused beyond its deadline: that is moved when the run goes on. */
const pausedLook = 100

/**
 * Bounds the whole call. When its time is up it is cancelled like a call its caller wants no more: a wait ends at once,
 * and what is on the wire is torn down, so that everything it did is accounted for when the caller has the answer.
 */
export function deadline(clock: Clock): Policy {
  return {
    name: 'deadline',
    run: (attempt, next) =>
      attempt.call.deadlineAt === Number.POSITIVE_INFINITY ? next(attempt) : bounded(attempt, next, clock),
  }
}

async function bounded(attempt: Attempt, next: Next, clock: Clock): Promise<Outcome> {
  const { call } = attempt
  const given = call.deadlineAt - clock.now()
  let timer = clock.timer(given, ring)
  function ring(): void {
    const left = call.deadlineAt - clock.now()
    if (left > 0 || call.isPaused) {
      timer = clock.timer(left > 0 ? left : pausedLook, ring)
      return
    }
    const message = `not done within its deadline of ${formatDuration(given)}`
    call.cancellation.cancel(new DeadlineExceededError(message, given))
  }
  try {
    return failureOf(await next(attempt))
  } finally {
    timer.cancel()
  }
}

/** The deadline cancels as a caller does, but what comes of it is a failure and not the caller's own wish. */
function failureOf(outcome: Outcome): Outcome {
  const isOurs = outcome.kind === 'cancelled' && outcome.reason instanceof DeadlineExceededError
  return isOurs ? { kind: 'failure', error: outcome.reason as DeadlineExceededError } : outcome
}
