import type { BackoffSettings } from '../../algorithms/retry/retry-budget.ts'
import { checkNames, flag, type OptionNames, wholeNumber } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import { type Duration, parseDuration } from '../../time/duration.ts'
import { defaultTransient, type TransientSettings } from '../classify.ts'

/** When and how often a failed attempt is retried. */
export interface RetryOptions {
  /** Maximum attempts, including the first; 1 disables retries. @default 4 */
  readonly maxAttempts?: number | undefined
  /** Upper bound of the first wait, which is random from 0 up; doubled for each further wait. @default '500ms' */
  readonly base?: Duration | undefined
  /** Upper bound of computed waits. @default '30s' */
  readonly cap?: Duration | undefined
  /**
   * Temporary failures: statuses (`429`, `'5xx'`), `'network'`, `'timeout'`. Replaces the default list. Statuses below
   * 400 apply to `poll`. Throttled responses (429, and others that state when to retry) are retried whatever the list
   * contains.
   * @default 408, 425, 500 to 599 except 501, 505 and 511, network, timeout
   */
  readonly on?: readonly (number | string)[] | undefined
  /**
   * Poll until a result is ready: repeat the request after a 202 with `Retry-After`, and after statuses below 400 that
   * `on` lists. Only if the request may be repeated, and for at most an hour or until the deadline. Then the call fails
   * with a `PendingError`.
   * @default false
   */
  readonly poll?: boolean | undefined
  /**
   * Interpret responses of status 200 as GraphQL: `THROTTLED` and `RATE_LIMITED` errors are throttled, errors without
   * data are failures, and data with errors in some of its fields is a success. Points of Shopify (`extensions.cost`)
   * and GitHub (`rateLimit`) are costs and quotas in the unit `points`. @default false
   */
  readonly graphql?: boolean | undefined
  /** Retry POST and PATCH too, although the server may have acted on the first attempt. @default false */
  readonly unsafe?: boolean | undefined
  /**
   * Maximum wait that a server can request, by `Retry-After` or by an exhausted quota. A longer wait is never
   * shortened: the call fails with a `ThrottledError` or a `PausedError` that has the date.
   * @default '10min'
   */
  readonly maxRetryAfter?: Duration | undefined
  /**
   * Maximum retries of one call after throttled responses, which do not count towards `maxAttempts`. With `'attempts'`
   * they count like any other failure.
   * @default 20
   */
  readonly maxThrottles?: number | 'attempts' | undefined
}

/** Responses below 400 that mean that a result is not ready. */
export interface PollSettings {
  /** Pending with or without `Retry-After`. A 202 with `Retry-After` is always pending. */
  readonly statuses: ReadonlySet<number>
}

/** Retry options, completed and validated. */
export interface RetrySettings {
  readonly maxAttempts: number
  readonly backoff: BackoffSettings
  readonly transient: TransientSettings
  /** Statuses below 400 that are polled; undefined without `poll`. */
  readonly poll: PollSettings | undefined
  readonly unsafe: boolean
  readonly maxRetryAfter: number
  /** Undefined if throttled responses count towards `maxAttempts`. */
  readonly maxThrottles: number | undefined
}

const names: OptionNames<RetryOptions> = {
  maxAttempts: true,
  base: true,
  cap: true,
  on: true,
  unsafe: true,
  maxRetryAfter: true,
  maxThrottles: true,
  poll: true,
  graphql: true,
}

/** Completes and validates the options. @throws SettingsError that names the option. */
export function resolveRetry(options: RetryOptions = {}): RetrySettings {
  checkNames('retry.', options, names)
  const poll = flag('retry.poll', options.poll ?? false)
  const { statuses, ...kinds } = options.on === undefined ? defaultTransient : parseTransient('retry.on', options.on)
  const pending = new Set(Array.from(statuses).filter((status) => status < 400))
  if (pending.size > 0 && !poll) {
    throw unexpected('retry.on', 'statuses from 400 up; those below need retry.poll', [...pending][0])
  }
  return Object.freeze({
    maxAttempts: wholeNumber('retry.maxAttempts', options.maxAttempts ?? 4, 1),
    backoff: backoffOf(options),
    transient: { ...kinds, statuses, graphql: flag('retry.graphql', options.graphql ?? false) },
    poll: poll ? { statuses: pending } : undefined,
    unsafe: flag('retry.unsafe', options.unsafe ?? false),
    maxRetryAfter: parseDuration('retry.maxRetryAfter', options.maxRetryAfter ?? '10min'),
    maxThrottles:
      options.maxThrottles === 'attempts'
        ? undefined
        : wholeNumber('retry.maxThrottles', options.maxThrottles ?? 20, 0),
  })
}

function backoffOf(options: RetryOptions): BackoffSettings {
  const base = parseDuration('retry.base', options.base ?? Math.min(500, cap(options)))
  if (base > cap(options)) throw unexpected('retry.base', `at most the cap of ${cap(options)} ms`, options.base)
  return { base, cap: cap(options) }
}

function cap(options: RetryOptions): number {
  return parseDuration('retry.cap', options.cap ?? '30s')
}

/** Parses `[408, '5xx', 'network']`. @throws SettingsError that names an invalid entry. */
function parseTransient(name: string, list: readonly (number | string)[]): TransientSettings {
  const statuses = new Set<number>()
  const kinds = new Set<string>()
  for (const item of list) {
    const text = String(item).trim().toLowerCase()
    if (text === 'network' || text === 'timeout') kinds.add(text)
    else if (/^[2345]\d\d$/.test(text)) statuses.add(Number(text))
    else if (/^[2345]xx$/.test(text)) for (let ones = 0; ones < 100; ones++) statuses.add(Number(text[0]) * 100 + ones)
    else throw unexpected(name, "statuses such as 408 or '5xx', 'network' or 'timeout'", item)
  }
  return { statuses, network: kinds.has('network'), timeout: kinds.has('timeout') }
}
