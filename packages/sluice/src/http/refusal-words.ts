import { parseServerDuration } from './rate-limit/server-duration.ts'
import type { ApiResponse } from './response.ts'
import { longestTime } from './stated-time.ts'

/** Meaning of a refusal, according to the wording of well-known APIs. */
export interface RefusalWords {
  /** `throttled`: too many requests at a time. `used up`: a quota or balance is exhausted; a short wait is no help. */
  readonly means: 'throttled' | 'used up'
  /** Milliseconds to wait, if the wording or the API's documentation states them. */
  readonly wait?: number | undefined
}

/** Maximum number of bytes read from a body. */
const longestRead = 65_536
const statuses: ReadonlySet<number> = new Set([400, 403, 413, 429, 503])

/** Error codes, grouped by API. In a body they are quoted or within an element; AWS puts a `#` before them. */
const throttledCodes: readonly string[] = [
  // Google
  'userRateLimitExceeded',
  'rateLimitExceeded',
  'RATE_LIMIT_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'concurrentLimitExceeded',
  'servingLimitExceeded',
  // AWS: codes that its SDKs treat as throttling
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'SlowDown',
  // Microsoft
  'TooManyRequests',
  'ServerBusy',
  'SubscriptionRequestsThrottled',
  'ResourceRequestsThrottled',
  'ApplicationThrottled',
  'activityLimitReached',
  'TenantRequestsThrottled',
  // Salesforce, Shopify, GitHub's GraphQL, and others
  'REQUEST_LIMIT_EXCEEDED',
  'THROTTLED',
  'RATE_LIMITED',
  'rate_limited',
  'rate_limit_exceeded',
  'rate_limit_error',
  'ratelimited',
  'too_many_requests',
]
const usedUpCodes: readonly string[] = [
  'insufficient_quota',
  'billing_hard_limit_reached',
  'apiKeyExhausted',
  'quota_exceeded',
  'QUOTA_EXHAUSTED',
  'quotaExceeded',
  'dailyLimitExceeded',
]
const throttledCode = codeIn(throttledCodes)
const usedUpCode = codeIn(usedUpCodes)
/** Google names the quota: a daily one is exhausted until the next day, whatever else the body contains. */
const dailyQuota = /"quotaId" ?: ?"\w{0,100}PerDay/
/** Phrases of GitHub, and numbers of Meta's application limits. */
const throttledPhrase =
  /secondary rate limit|abuse detection mechanism|rate[ _-]?limit (?:has been |was )?exceeded|request limit reached|too many requests|"\(#(?:4|17|32|613)\)/i
const secondaryLimit = /secondary rate limit|abuse detection mechanism/i
/** GitHub's documentation: if no time is stated, wait for at least a minute. */
const secondaryWait = 60_000

/** Headers with a code. AWS appends a colon and a URL. */
const codeHeaders = ['x-amzn-errortype', 'x-amz-error-code', 'x-ms-error-code']
const throttledCodeSet = new Set(throttledCodes)

/** Meaning of a refusal by its wording, for ambiguous statuses; undefined if the wording is unknown. */
export function refusalWords({ status, headers, body }: ApiResponse): RefusalWords | undefined {
  if (!statuses.has(status)) return undefined
  const isCoded = codeHeaders.some((name) => throttledCodeSet.has((headers[name] ?? '').replace(/:.*/, '').trim()))
  const text = beginningOf(body)
  if (text === '') return isCoded ? { means: 'throttled' } : undefined
  if (usedUpCode.test(text) || dailyQuota.test(text)) return { means: 'used up' }
  if (secondaryLimit.test(text)) return { means: 'throttled', wait: toldIn(text) ?? secondaryWait }
  // Prose in a 503 says that the server is busy for everyone: only a code makes it a refusal of this caller.
  const isPhrase = status !== 503 && throttledPhrase.test(text)
  if (!isCoded && status !== 429 && !throttledCode.test(text) && !isPhrase) return undefined
  return { means: 'throttled', wait: toldIn(text) }
}

/** Time in the body: seconds (Discord, Telegram), or a duration (Google). */
function toldIn(text: string): number | undefined {
  const seconds = /"retry_after" ?: ?"?(\d{1,12}(?:\.\d{1,12})?)\b/.exec(text)?.[1]
  const duration = /"retryDelay" ?: ?"([^"]{1,40})"/.exec(text)?.[1]
  const wait = seconds === undefined ? parseServerDuration(duration ?? '') : Math.ceil(Number(seconds) * 1_000)
  return wait === undefined || wait > longestTime ? undefined : wait
}

function codeIn(codes: readonly string[]): RegExp {
  return new RegExp(`["'>#](?:${codes.join('|')})["'<:]`)
}

function beginningOf(body: Uint8Array | null | undefined): string {
  return body === null || body === undefined || body.byteLength === 0
    ? ''
    : new TextDecoder().decode(body.subarray(0, longestRead))
}
