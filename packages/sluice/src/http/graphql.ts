import { parseReset } from './rate-limit/reset-time.ts'
import { type RateLimitSignal, toSignals } from './rate-limit/signal.ts'
import { type ApiResponse, isJsonType } from './response.ts'
import { longestTime } from './stated-time.ts'

/** Failure in a GraphQL response with status 200. */
export interface GraphqlTrouble {
  /** `throttled`: an error names a rate limit. `failed`: errors without data. */
  readonly means: 'throttled' | 'failed'
  /** Milliseconds to wait, if the response states them. */
  readonly wait?: number | undefined
}

/** Point cost of a query and remaining points, as the response states them. */
export interface GraphqlPoints {
  readonly actual: number | undefined
  /** Points that the server reserved before running the query. */
  readonly requested: number | undefined
  readonly signals: readonly RateLimitSignal[]
}

/** Bodies longer than this are treated as successful. */
const longestRead = 65_536
/** Number of bytes at either end of a body in which points are searched. */
const longestEnd = 16_384

const throttledCodes: ReadonlySet<unknown> = new Set(['THROTTLED', 'RATE_LIMITED', 'RATE_LIMIT_EXCEEDED'])

/** Failure of a GraphQL response; undefined if it has data, even if some fields have errors. */
export function graphqlTrouble(response: ApiResponse): GraphqlTrouble | undefined {
  const { body } = response
  if (!isJson200(response) || body.byteLength > longestRead) return undefined
  const text = new TextDecoder().decode(body)
  if (!text.includes('"errors"')) return undefined
  const { data, errors, extensions } = parsed(text)
  if (!Array.isArray(errors) || errors.length === 0) return undefined
  if (errors.some((error) => throttledCodes.has(error?.type) || throttledCodes.has(error?.extensions?.code)))
    return { means: 'throttled', wait: waitForPoints(extensions?.cost) }
  return data === undefined || data === null ? { means: 'failed' } : undefined
}

/** Messages of the errors in a GraphQL response, joined; undefined if it has none. */
export function graphqlMessages({ body }: ApiResponse): string | undefined {
  if (body.byteLength > longestRead) return undefined
  const { errors } = parsed(new TextDecoder().decode(body))
  if (!Array.isArray(errors)) return undefined
  const messages = errors.map((error) => error?.message).filter((message) => typeof message === 'string')
  return messages.length === 0 ? undefined : messages.join('; ')
}

/**
 * Reads the points of a response: `extensions.cost` of Shopify (query cost and bucket), or `rateLimit { cost limit
 * remaining resetAt }` of GitHub, if the query requests it. They are read by text search, because the body may be
 * large.
 */
export function graphqlPoints(response: ApiResponse, now: number): GraphqlPoints | undefined {
  if (!isJson200(response)) return undefined
  const text = endsOf(response.body)
  const bucket = objectOf(text, /"throttleStatus"\s{0,9}:\s{0,9}(\{[^{}]{0,500}\})/)
  const requested = numberOf(/"requestedQueryCost"\s{0,9}:\s{0,9}(\d{1,15}(?:\.\d{1,15})?)\b/.exec(text)?.[1])
  if (bucket !== undefined || requested !== undefined) {
    const actual = numberOf(/"actualQueryCost"\s{0,9}:\s{0,9}(\d{1,15}(?:\.\d{1,15})?)\b/.exec(text)?.[1])
    return { actual, requested, signals: bucketSignals(bucket) }
  }
  const quota = objectOf(text, /"rateLimit"\s{0,9}:\s{0,9}(\{[^{}]{0,500}\})/)
  if (quota === undefined) return undefined
  const resetAfter = typeof quota.resetAt === 'string' ? parseReset(quota.resetAt, now) : undefined
  const [limit, remaining, cost] = [numberOf(quota.limit), numberOf(quota.remaining), numberOf(quota.cost)]
  const reading = { dialect: 'github', policy: 'points', unit: 'points', limit, remaining, resetAfter } as const
  return { actual: cost, requested: undefined, signals: remaining === undefined ? [] : toSignals(reading) }
}

function bucketSignals(bucket: Readonly<Record<string, unknown>> | undefined): readonly RateLimitSignal[] {
  const [limit, remaining, perSecond] = ['maximumAvailable', 'currentlyAvailable', 'restoreRate'].map((name) =>
    numberOf(bucket?.[name]),
  )
  if (limit === undefined || remaining === undefined || perSecond === undefined || perSecond === 0) return []
  const window = Math.ceil((limit / perSecond) * 1_000)
  const resetAfter = Math.ceil((Math.max(0, limit - remaining) / perSecond) * 1_000)
  const points = { limit: Math.floor(limit), remaining: Math.floor(remaining) }
  return toSignals({
    dialect: 'shopify',
    policy: 'points',
    unit: 'points',
    ...points,
    window,
    resetAfter,
    refill: 'full',
  })
}

/** Milliseconds until a Shopify shop's bucket holds the points that the query needs. */
function waitForPoints(cost: QueryCost | null | undefined): number | undefined {
  const { currentlyAvailable, restoreRate } = cost?.throttleStatus ?? {}
  const missing = Number(cost?.requestedQueryCost) - Number(currentlyAvailable)
  const wait = Math.ceil((Math.max(0, missing) / Number(restoreRate)) * 1_000)
  return wait >= 0 && wait <= longestTime ? wait : undefined
}

interface QueryCost {
  readonly requestedQueryCost?: unknown
  readonly throttleStatus?: { readonly currentlyAvailable?: unknown; readonly restoreRate?: unknown } | null
}

interface GraphqlBody {
  readonly data?: unknown
  readonly errors?: unknown
  readonly extensions?: { readonly cost?: QueryCost | null } | null
}

function isJson200({ status, headers, body }: ApiResponse): boolean {
  // A streamed body is not available.
  return status === 200 && (body?.byteLength ?? 0) > 0 && isJsonType(headers['content-type'] ?? '')
}

function parsed(text: string): GraphqlBody {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

function objectOf(text: string, pattern: RegExp): Readonly<Record<string, unknown>> | undefined {
  const found = pattern.exec(text)?.[1]
  return found === undefined ? undefined : (parsed(found) as Readonly<Record<string, unknown>>)
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined
}

/** Start and end of a body; the whole body if it is short. */
function endsOf(body: Uint8Array): string {
  const decoder = new TextDecoder()
  if (body.byteLength <= 2 * longestEnd) return decoder.decode(body)
  return `${decoder.decode(body.subarray(0, longestEnd))}\n${decoder.decode(body.subarray(-longestEnd))}`
}
