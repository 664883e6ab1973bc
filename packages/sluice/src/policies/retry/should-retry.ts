import { backoffDelay } from '../../algorithms/retry/retry-budget.ts'
import type { Random } from '../../random/random.ts'
import { ConnectionLostError, LocalLimitError, NotProcessedError } from '../../transport/errors.ts'
import type { Judgement } from '../classify.ts'
import type { Outcome } from '../outcome.ts'
import type { RetrySettings } from './options.ts'

/** Facts about the call and its last attempt that allow or forbid a retry. */
export interface Repetition {
  /** True if the call's request and the target of its redirects may be sent twice. */
  readonly isRepeatable: boolean
  /** True if a server has already acted on it, although the last hop was refused or never sent. */
  readonly hasActed: boolean
  /** True if a key that was not refused can replace a throttled one. @default false */
  readonly hasOtherKey?: boolean
}

/** Counts of one call so far. */
export interface RetryCount {
  /** Attempts that count: not free ones, and throttled ones only if absurd or if `maxThrottles` says so. */
  readonly attempts: number
  readonly throttles: number
  /**
   * Attempts that do not count: the connection had been closed, the server did not process the request, or this machine
   * ran out of files or ports.
   */
  readonly freeRetries: number
}

export interface RetryContext {
  readonly now: number
  readonly deadlineAt: number
  readonly random: Random
}

export type RetryDecision =
  | { readonly kind: 'retry'; readonly delay: number; readonly isFree: boolean }
  | { readonly kind: 'stop' }

const stop: RetryDecision = { kind: 'stop' }

/** Maximum immediate retries if the server did not process the request. */
const maxFreeRetries = 3
/** Maximum retries without a free file handle or port, which other items may release. */
const maxLocalRetries = 30
/** Maximum wait for resources of this machine, in ms. */
const localWait = 250
/** Maximum retries if the server did not process the request; after the first three, with backoff. */
const maxNotProcessed = 20
/** Minimum backoff base in ms for throttled calls without a hint from the server. */
const throttledBase = 1_000
/** After a stated wait, calls are spread over 5 % of it, at most a second, so that they do not all return at once. */
const spread = (wait: number): number => Math.min(1_000, wait * 0.05)

/** Decides if and when to retry. Pure; the table of its tests is the specification. */
export function shouldRetry(
  outcome: Outcome,
  judgement: Judgement,
  repetition: Repetition,
  count: RetryCount,
  settings: RetrySettings,
  context: RetryContext,
): RetryDecision {
  const { verdict, retryAfter } = judgement
  const mayRepeat = repetition.isRepeatable || settings.unsafe
  if (repetition.hasActed && !mayRepeat) return stop
  if (verdict === 'throttled') return afterThrottle(outcome, judgement, repetition, count, settings, context)
  if (verdict !== 'transient' && verdict !== 'notSent') return stop
  if (verdict === 'transient' && !mayRepeat) return stop

  const free = outcome.kind === 'failure' ? freeDelay(outcome.error, count, settings, context) : undefined
  if (free !== undefined) return before(context, free, true)
  if (count.attempts >= settings.maxAttempts) return stop
  const backoff = backoffDelay(count.attempts, settings.backoff, context.random)
  if (retryAfter === undefined) return before(context, backoff, false)
  return retryAfter > settings.maxRetryAfter
    ? stop
    : before(context, Math.max(backoff, withSpread(retryAfter, context)), false)
}

/** Delay in ms before a retry that does not count; undefined if the failure counts. */
function freeDelay(
  error: Error,
  { freeRetries }: RetryCount,
  { backoff, maxAttempts }: RetrySettings,
  { random }: RetryContext,
): number | undefined {
  if (error instanceof LocalLimitError)
    return freeRetries < maxLocalRetries ? (localWait * (1 + random())) / 2 : undefined
  const isNotProcessed = error instanceof NotProcessedError
  if (!isNotProcessed && !(error instanceof ConnectionLostError && error.idleRace)) return undefined
  // Once: the other idle connections are closed with the lost one, so that the next loss has another reason.
  if (freeRetries < (isNotProcessed ? maxFreeRetries : 1)) return 0
  const mayGoOn = isNotProcessed && freeRetries < maxNotProcessed && maxAttempts > 1
  return mayGoOn ? backoffDelay(freeRetries - maxFreeRetries + 1, backoff, random) : undefined
}

function afterThrottle(
  outcome: Outcome,
  { retryAfter, isAbsurd }: Judgement,
  { isRepeatable, hasOtherKey = false }: Repetition,
  count: RetryCount,
  settings: RetrySettings,
  context: RetryContext,
): RetryDecision {
  const mayRepeat = isRepeatable || settings.unsafe
  // A refusal was not acted on, whatever the method. A 5xx may come from a proxy after the server has acted.
  const mayHaveActed = outcome.kind === 'response' && outcome.response.status >= 500
  if (mayHaveActed && !mayRepeat) return stop
  const { maxAttempts, maxThrottles } = settings
  if (maxAttempts === 1 || (maxThrottles !== undefined && count.throttles > maxThrottles)) return stop
  // An absurd time does not promise recovery: only a few attempts.
  if ((isAbsurd || maxThrottles === undefined) && count.attempts >= maxAttempts) return stop
  if (hasOtherKey) return before(context, 0, false)
  // A wait of 0 (or a past date) is obeyed once; after another refusal it counts as a mistake.
  const isRepeatedZero = retryAfter === 0 && count.throttles > 1
  if (retryAfter === undefined || isRepeatedZero) {
    const backoff = { ...settings.backoff, base: Math.max(throttledBase, settings.backoff.base) }
    return before(context, backoffDelay(count.throttles, backoff, context.random), false)
  }
  if (retryAfter > settings.maxRetryAfter) return stop
  return before(context, withSpread(retryAfter, context), false)
}

/** Stated wait plus a random spread. */
function withSpread(wait: number, { random }: RetryContext): number {
  return wait + random() * spread(wait)
}

/** Stops if the retry could not start before the deadline. */
function before(context: RetryContext, delay: number, isFree: boolean): RetryDecision {
  return context.now + delay < context.deadlineAt ? { kind: 'retry', delay, isFree } : stop
}
