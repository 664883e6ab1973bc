import type { BackoffSettings } from '../../algorithms/backoff/backoff.ts'
import { flag, wholeNumber } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import { type Duration, parseDuration } from '../../time/duration.ts'
import { defaultTransient, type TransientSettings } from '../classify.ts'

/** When and how often a failed attempt is followed by another. */
export interface RetryOptions {
  /** Attempts in all, the first included; 1 switches retry off. @default 4 */
  readonly maxAttempts?: number | undefined
  /** The first wait is spread from 0 to this; each further one may be twice as long. @default '500ms' */
  readonly base?: Duration | undefined
  /** No wait of ours is longer than this. @default '30s' */
  readonly cap?: Duration | undefined
  /**
   * What counts as passing trouble: statuses (`429`, `'5xx'`), `'network'`, `'timeout'`.
   * A throttled answer (429, and others that say when to come back) is always heeded.
   * @default 408, 425, 500, 502, 503, 504, 520 to 524, network, timeout
   */
  readonly on?: readonly (number | string)[] | undefined
  /** Send POST and PATCH again too, though the server may have acted on the first one. @default false */
  readonly unsafe?: boolean | undefined
  /** A longer `Retry-After` fails the call, with the date. It is never shortened. @default '10min' */
  readonly maxRetryAfter?: Duration | undefined
  /** How often one call may be told to come back later; that uses up no attempts. @default 20 */
  readonly maxThrottles?: number | undefined
}

/** Retry options, complete and checked. */
export interface RetrySettings {
  readonly maxAttempts: number
  readonly backoff: BackoffSettings
  readonly transient: TransientSettings
  readonly unsafe: boolean
  readonly maxRetryAfter: number
  readonly maxThrottles: number
}

/** Completes and checks the options. @throws SettingsError that names the option. */
export function resolveRetry(options: RetryOptions = {}): RetrySettings {
  return Object.freeze({
    maxAttempts: wholeNumber('retry.maxAttempts', options.maxAttempts ?? 4, 1),
    backoff: backoffOf(options),
    transient: options.on === undefined ? defaultTransient : parseTransient('retry.on', options.on),
    unsafe: flag('retry.unsafe', options.unsafe ?? false),
    maxRetryAfter: parseDuration('retry.maxRetryAfter', options.maxRetryAfter ?? '10min'),
    maxThrottles: wholeNumber('retry.maxThrottles', options.maxThrottles ?? 20, 0),
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

/** Reads `[408, '5xx', 'network']`. @throws SettingsError that names what is none of these. */
function parseTransient(name: string, list: readonly (number | string)[]): TransientSettings {
  const statuses = new Set<number>()
  const kinds = new Set<string>()
  for (const item of list) {
    const text = String(item).trim().toLowerCase()
    if (text === 'network' || text === 'timeout') kinds.add(text)
    else if (/^[45]\d\d$/.test(text)) statuses.add(Number(text))
    else if (/^[45]xx$/.test(text)) for (let ones = 0; ones < 100; ones++) statuses.add(Number(text[0]) * 100 + ones)
    else throw unexpected(name, "statuses such as 408 or '5xx', 'network' or 'timeout'", item)
  }
  return { statuses, network: kinds.has('network'), timeout: kinds.has('timeout') }
}
