import { backoffDelay } from '../../algorithms/retry/retry-budget.ts'
import type { Emitter } from '../../events/emitter.ts'
import { isRepeatable } from '../../http/request.ts'
import { retryHint } from '../../http/retry-hint.ts'
import type { Random } from '../../random/random.ts'
import type { Clock } from '../../time/clock.ts'
import { waitFor } from '../../time/sleep.ts'
import { Attempt } from '../attempt.ts'
import { PendingError } from '../errors.ts'
import type { Policy } from '../policy.ts'
import type { PollSettings, RetrySettings } from './options.ts'

export interface PollParts {
  readonly clock: Clock
  readonly random: Random
  readonly events: Emitter
}

/** Maximum polling time of a call in ms. */
const longestPolling = 3_600_000
/** Minimum interval between polls in ms, whatever the server states. */
const shortestWait = 100

/**
 * Repeats a request while a response below 400 states that the result is not ready. Runs outside retry: each poll has
 * all its attempts, and inner policies treat a pending result as a success.
 */
export function poll(poll: PollSettings, settings: RetrySettings, { clock, random, events }: PollParts): Policy {
  return {
    name: 'poll',
    async run(firstAttempt, next) {
      const { call, request } = firstAttempt
      if (!isRepeatable(request) && !settings.unsafe) return await next(firstAttempt)
      const startedAt = clock.now()
      let attempt = firstAttempt
      for (let polls = 1; ; polls++) {
        const outcome = await next(attempt)
        if (outcome.kind !== 'response') return outcome
        const { status, headers } = outcome.response
        const isListed = poll.statuses.has(status)
        if (!isListed && status !== 202) return outcome
        const hint = retryHint(headers, clock.wallTime())
        if (!isListed && hint === undefined) return outcome
        if (call.stopReason !== undefined) return { kind: 'cancelled', reason: call.stopReason }

        const asked = hint?.wait
        const backoff = backoffDelay(polls, settings.backoff, random)
        // A wait of 0 is obeyed once.
        const delay = Math.max(shortestWait, asked === undefined || (asked === 0 && polls > 1) ? backoff : asked)
        const now = clock.now()
        const fail = (why: string, retryAt?: number) =>
          ({ kind: 'failure', error: new PendingError(status, now - startedAt, why, retryAt) }) as const
        if (asked !== undefined && asked > settings.maxRetryAfter) {
          return fail('the server requests a longer wait than maxRetryAfter allows', clock.wallTime() + asked)
        }
        if (now + delay >= call.deadlineAt) return fail('the deadline comes before the next poll')
        if (now + delay > startedAt + longestPolling) return fail('a call polls for an hour at most')
        if (events.isHeard) {
          const number = call.attempts + 1
          events.emit({
            type: 'retry.scheduled',
            at: now,
            request: call.request,
            attempt: number,
            delay,
            verdict: 'success',
          })
        }
        await waitFor(clock, delay, call.cancellation)
        call.observer.onBackoff(attempt, clock.now() - now)
        if (call.cancellation.cancelled) return { kind: 'cancelled', reason: call.cancellation.reason }
        attempt = new Attempt(call, call.attempts + 1, clock, request)
      }
    },
  }
}
