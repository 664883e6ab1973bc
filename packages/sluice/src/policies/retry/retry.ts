import type { BoundedMap } from '../../algorithms/bounded-map.ts'
import { RetryBudget, type RetryKind } from '../../algorithms/retry/retry-budget.ts'
import type { Emitter } from '../../events/emitter.ts'
import { type ApiRequest, isRepeatable, isUsedUp } from '../../http/request.ts'
import type { Random } from '../../random/random.ts'
import type { Clock } from '../../time/clock.ts'
import { waitFor } from '../../time/sleep.ts'
import { Attempt } from '../attempt.ts'
import type { Judgement } from '../classify.ts'
import type { Outcome } from '../outcome.ts'
import type { Next, Policy } from '../policy.ts'
import { workOf } from '../work.ts'
import type { RetrySettings } from './options.ts'
import { type Repetition, type RetryDecision, shouldRetry } from './should-retry.ts'

export interface RetryParts {
  readonly clock: Clock
  readonly random: Random
  readonly events: Emitter
  /** Budgets by partition: retries of one server do not use up another's. A dropped budget starts full again. */
  readonly budgets: BoundedMap<string, RetryBudget>
  readonly judge: (outcome: Outcome) => Judgement
}

/**
 * Number of refusals after which a call is requeued last. The first call in the queue is refused each time a server
 * throttles; without this, it would use up its attempts for all the others.
 */
const refusalsAtFront = 4

/**
 * Retries attempts that may succeed later. Runs outside the limits: each further attempt is admitted and counted like a
 * first one, and waits between attempts hold no permit.
 */
export function retry(settings: RetrySettings, parts: RetryParts): Policy {
  const { budgets, judge } = parts
  return {
    name: 'retry',
    run(attempt, next) {
      // Changes by outer custom policies apply to all attempts; a redirect applies to one.
      const { call, request } = attempt
      return next(attempt).then((outcome) => {
        const judgement = judge(outcome)
        const last = attempt.answeredBy ?? attempt
        call.observer.onAttempt(last, outcome, judgement.verdict)
        const budget = budgets.getOrMake(call.request.partition, newBudget)
        if (judgement.verdict !== 'success')
          return repeat({ attempt: last, outcome, judgement, request }, next, budget, settings, parts)
        budget.onSuccess(0)
        return outcome
      })
    },
  }
}

/** First attempt that has failed. */
interface Failed {
  readonly attempt: Attempt
  readonly outcome: Outcome
  readonly judgement: Judgement
  /** Request for further attempts. */
  readonly request: ApiRequest
}

/** Starts further attempts until one succeeds or no more are allowed. */
async function repeat(
  failed: Failed,
  next: Next,
  budget: RetryBudget,
  settings: RetrySettings,
  { clock, random, events, judge }: RetryParts,
): Promise<Outcome> {
  const { request } = failed
  let { attempt, outcome, judgement } = failed
  const { call } = attempt
  const count = { attempts: 0, throttles: 0, freeRetries: 0 }
  for (let lastCost = 0; ; ) {
    const { verdict } = judgement
    if (verdict === 'success') {
      budget.onSuccess(lastCost)
      return outcome
    }
    // The caller already has the start of this response, or the body can be read only once and has been sent.
    if (call.stream?.isOpen === true || isUsedUp(attempt.request.body)) return outcome

    const counts = verdict !== 'throttled' || judgement.isAbsurd || settings.maxThrottles === undefined
    if (counts) count.attempts++
    if (verdict === 'throttled' && ++count.throttles % refusalsAtFront === 0) call.requeuedLast = true
    // Probing if a server has recovered does not use up attempts of a run's items.
    const isOnBehalf =
      attempt.isProbe && call.waitsForRecovery !== false && (verdict === 'transient' || verdict === 'notSent')
    if (isOnBehalf) count.attempts--
    const now = clock.now()
    const context = { now, deadlineAt: call.deadlineAt, random }
    const hasOtherKey = verdict === 'throttled' && mayUseOtherKey(attempt, judgement, count.throttles)
    const repetition = { ...repetitionOf(request, attempt), hasOtherKey }
    const decision = shouldRetry(outcome, judgement, repetition, count, settings, context)
    if (decision.kind === 'stop') return outcome
    if (call.stopReason !== undefined) return { kind: 'cancelled', reason: call.stopReason }
    if (decision.isFree) {
      count.attempts--
      count.freeRetries++
    }

    let { delay } = decision
    const kind = isOnBehalf || hasOtherKey ? undefined : costOf(judgement, decision)
    if (kind !== undefined) {
      // A single call fails with this outcome; an item of a run waits for the maximum backoff and then retries.
      if (!budget.mayRetry(kind) && call.waitsForRecovery !== true) return outcome
      if (!budget.mayRetry(kind)) delay = Math.max(delay, settings.backoff.cap)
      lastCost = budget.take(kind)
    }
    if (events.isHeard) {
      const attemptToCome = call.attempts + 1
      events.emit({
        type: 'retry.scheduled',
        at: now,
        request: call.request,
        attempt: attemptToCome,
        delay,
        verdict,
      })
    }
    if (delay > 0) await waitFor(clock, delay, call.cancellation)
    call.observer.onBackoff(attempt, clock.now() - now)
    if (call.cancellation.cancelled) return { kind: 'cancelled', reason: call.cancellation.reason }

    const begun: Attempt = new Attempt(call, call.attempts + 1, clock, request)
    outcome = await next(begun)
    attempt = begun.answeredBy ?? begun
    judgement = judge(outcome)
    call.observer.onAttempt(attempt, outcome, judgement.verdict)
  }
}

function newBudget(): RetryBudget {
  return new RetryBudget()
}

/**
 * True if a throttled attempt is retried immediately with another key. A stated wait closes only its own key; without
 * one, each key is tried once.
 */
function mayUseOtherKey({ key }: Attempt, { retryAfter, isForAll }: Judgement, throttles: number): boolean {
  if (key === undefined) return false
  const others = key.others()
  return others >= throttles || (others > 0 && retryAfter !== undefined && isForAll)
}

/** The last hop counts too: a redirect to another origin drops the key that made a POST repeatable. */
function repetitionOf(first: ApiRequest, { request, hasActed }: Attempt): Repetition {
  // A failure that was classified as transient is retried.
  if (workOf(first) !== undefined) return { isRepeatable: true, hasActed }
  return { isRepeatable: isRepeatable(first) && isRepeatable(request), hasActed }
}

/** Cost of a retry in the budget; undefined if the server stated when to retry, or if the retry is free. */
function costOf({ verdict, retryAfter }: Judgement, decision: RetryDecision): RetryKind | undefined {
  if (decision.kind === 'stop' || decision.isFree) return undefined
  if (verdict !== 'throttled') return 'transient'
  return retryAfter === undefined ? 'throttled' : undefined
}
