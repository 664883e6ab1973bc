import { parseServerDuration } from './rate-limit/server-duration.ts'
import type { ApiResponse } from './response.ts'
import { longestTime } from './told-time.ts'

/** How a refusal is meant, in the words of well-known APIs. */
export interface RefusalWords {
  /** `throttled`: too much at a time. `used up`: a quota or a balance is gone, and waiting a little does not help. */
  readonly means: 'throttled' | 'used up'
  /** Milliseconds to wait, if the words or the API's documentation say so. */
  readonly wait?: number | undefined
}

/** More of a body is not read. */
const longestRead = 65_536
const statuses: ReadonlySet<number> = new Set([400, 403, 413, 429, 503])

/** Codes, by whose API they are. In a body they stand between quotation marks or in an element; AWS puts a `#` before them. */
const throttledCodes: readonly string[] = [
  // Google
  'userRateLimitExceeded',
  'rateLimitExceeded',
  'RATE_LIMIT_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'concurrentLimitExceeded',
  'servingLimitExceeded',
  // AWS: what its SDKs take for throttling
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
/** Google names the quota: one of a day is gone until tomorrow, whatever else the body says. */
const dailyQuota = /"quotaId" ?: ?"\w{0,100}PerDay/
/** GitHub, and Meta by the numbers of its application limits. */
const throttledPhrase =
  /secondary rate limit|abuse detection mechanism|rate[ _-]?limit (?:has been |was )?exceeded|request limit reached|too many requests|"\(#(?:4|17|32|613)\)/i
const secondaryLimit = /secondary rate limit|abuse detection mechanism/i
/** GitHub's documentation: without a time, wait for at least a minute. */
const secondaryWait = 60_000

/** Headers with a code. AWS puts a colon and a URL after it. */
const codeHeaders = ['x-amzn-errortype', 'x-amz-error-code', 'x-ms-error-code']
const throttledCodeSet = new Set(throttledCodes)

/** Meaning of a refusal by its words, where the status can mean many things; undefined if the words are unknown. */
export function refusalWords({ status, headers, body }: ApiResponse): RefusalWords | undefined {
  if (!statuses.has(status)) return undefined
  const isCoded = codeHeaders.some((name) => throttledCodeSet.has((headers[name] ?? '').replace(/:.*/, '').trim()))
  const text = beginningOf(body)
  if (text === '') return isCoded ? { means: 'throttled' } : undefined
  if (usedUpCode.test(text) || dailyQuota.test(text)) return { means: 'used up' }
  if (secondaryLimit.test(text)) return { means: 'throttled', wait: toldIn(text) ?? secondaryWait }
  // A 503 in prose says that the server is busy for everybody: only a code makes it a refusal of this caller.
  const isPhrase = status !== 503 && throttledPhrase.test(text)
  if (!isCoded && status !== 429 && !throttledCode.test(text) && !isPhrase) return undefined
  return { means: 'throttled', wait: toldIn(text) }
}

/** A time in the body: seconds of Discord and Telegram, the duration of Google. */
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
