import { backoffDelay } from '../../algorithms/retry/retry-budget.ts'
import type { Random } from '../../random/random.ts'
import { ConnectionLostError, LocalLimitError, NotProcessedError } from '../../transport/errors.ts'
import type { Judgement } from '../classify.ts'
import type { Outcome } from '../outcome.ts'
import type { RetrySettings } from './options.ts'

/** Facts about the call and its last attempt that allow or forbid a repetition. */
export interface Repetition {
  /** True if what was sent may be sent twice: the call's request, and where a redirect has led. */
  readonly isRepeatable: boolean
  /** True if a server has acted on it already, though the last hop was refused or never sent. */
  readonly hasActed: boolean
  /** True if a key that was not refused may be used in place of one that is throttled. @default false */
  readonly hasOtherKey?: boolean
}

/** Counts of one call so far. */
export interface RetryCount {
  /** Attempts that count: not the free ones, and not those that were throttled, unless absurdly or if `maxThrottles` says so. */
  readonly attempts: number
  readonly throttles: number
  /**
   * Attempts that count as none: the connection was closed already, the server did not process the request, or this machine had
   * no room.
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

/** A dead connection is replaced at once, but a server that kills each new one is not asked for ever. */
const maxFreeRetries = 3
/** Without a free file handle or port an item waits for others to end; a machine that never has one is not waited for. */
const maxLocalRetries = 30
/** Longest wait for resources of this machine, in ms. */
const localWait = 250
/** A server that says it did not process the request is asked this often in all, after the first three times with backoff. */
const maxNotProcessed = 20
/** Without a hint from the server, a throttled call waits as if the base were at least this long. */
const throttledBase = 1_000
/** After the server's own time, calls are spread over 5 % of it, at most a second, so that they do not return as one. */
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
    : before(context, Math.max(backoff, asTold(retryAfter, context)), false)
}

/** How long to wait for an attempt that uses up none; undefined where the failure counts. */
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
  if (freeRetries < maxFreeRetries) return 0
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
  // An impossible time does not promise recovery: only a few attempts.
  if ((isAbsurd || maxThrottles === undefined) && count.attempts >= maxAttempts) return stop
  if (hasOtherKey) return before(context, 0, false)
  // Told "now" (or a date in the past) and refused again: once is taken at its word, more than once is a mistake.
  const isIdleWord = retryAfter === 0 && count.throttles > 1
  if (retryAfter === undefined || isIdleWord) {
    const backoff = { ...settings.backoff, base: Math.max(throttledBase, settings.backoff.base) }
    return before(context, backoffDelay(count.throttles, backoff, context.random), false)
  }
  if (retryAfter > settings.maxRetryAfter) return stop
  return before(context, asTold(retryAfter, context), false)
}

/** The server's own time, and a little more. */
function asTold(wait: number, { random }: RetryContext): number {
  return wait + random() * spread(wait)
}

/** A retry that could not even begin before the deadline is not waited for. */
function before(context: RetryContext, delay: number, isFree: boolean): RetryDecision {
  return context.now + delay < context.deadlineAt ? { kind: 'retry', delay, isFree } : stop
}
