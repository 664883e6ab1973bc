import { builtInTransport } from '#transport'
import type { Pacing } from '../algorithms/rate/paced-ledger.ts'
import { parseRates, type RateInput } from '../algorithms/rate/rate.ts'
import { callback, flag, oneOf, optionalCount, wholeNumber, withFunctions } from '../errors/checks.ts'
import { messageOf } from '../errors/message-of.ts'
import { SettingsError, unexpected } from '../errors/settings-error.ts'
import { record } from '../http/create-request.ts'
import { type HeadersInput, mergeHeaders } from '../http/headers.ts'
import { type BigNumbers, bigNumbersChoices } from '../http/json/parse-json.ts'
import { redactUrl } from '../http/redact.ts'
import type { ApiRequest, Cost, RequestSpec } from '../http/request.ts'
import { priorityOf, weightOf } from '../http/request-fields.ts'
import type { LimitSettings } from '../policies/admission/gates/create-gates.ts'
import type { QuotaMemory } from '../policies/admission/gates/rate-gate.ts'
import type { SharedLimits } from '../policies/admission/sharing/shared-limits.ts'
import { type Auth, resolveAuth } from '../policies/auth/auth.ts'
import { type CacheMode, type CacheOptions, type CacheSettings, resolveCache } from '../policies/cache/options.ts'
import type { ActualCost } from '../policies/costs/costs.ts'
import { type CookieStore, resolveCookies } from '../policies/custom/cookies.ts'
import { type Policy, resolvePolicies } from '../policies/custom/policy.ts'
import { type HedgeOptions, type HedgeSettings, resolveHedge } from '../policies/hedge/options.ts'
import { resolveTelemetry, type Telemetry } from '../policies/opentelemetry/telemetry.ts'
import { type PoolKey, resolvePool } from '../policies/pool/options.ts'
import { type RetryOptions, type RetrySettings, resolveRetry } from '../policies/retry/options.ts'
import { type Random, soundRandom, systemRandom } from '../random/random.ts'
import { type Duration, parseDuration, parseTimeLimit } from '../time/duration.ts'
import { systemClock } from '../time/system-clock.ts'
import type { Transport } from '../transport/transport.ts'
import type { UndiciTransportOptions } from '../transport/undici/undici-transport.ts'
import { type BreakerOptions, resolveBreaker, resolveGiveUp } from './breaker-options.ts'
import type { CallError } from './errors.ts'

/** Options of a client. The defaults suit any third-party API. */
export interface ClientOptions<E = CallError>
  extends Omit<UndiciTransportOptions, 'connections'>,
    Pick<RequestSpec, 'weight' | 'priority'> {
  /** Base of relative URLs, appended to its path: `/api/v2` + `/tickets` is `/api/v2/tickets`. @default none */
  readonly baseUrl?: string | URL | undefined
  /** Headers of every request. A request's own headers take precedence. */
  readonly headers?: HeadersInput | undefined

  /**
   * Maximum number of attempts in flight, in total; `'auto'` finds the best number for each partition, and limits the
   * total to `maxConcurrency`. @default 10
   */
  readonly concurrency?: number | 'auto' | undefined
  /** Maximum for `'auto'`, over all partitions. @default 200 */
  readonly maxConcurrency?: number | undefined
  /** Maximum number of attempts in flight per partition (by default: per origin). @default `concurrency` */
  readonly perPartition?: number | undefined
  /** Approximate memory for response bodies in bytes: large ones lower the attempts in flight. @default no limit */
  readonly maxMemory?: number | undefined
  /**
   * Rate limits such as `'10/s'` or `['100/min', '200000 tokens/min']`; all of them apply. One with a unit counts the
   * `cost` of requests. Windows up to a minute are paced evenly; longer ones are quotas. @default none
   */
  readonly rate?: RateInput | readonly RateInput[] | undefined
  /**
   * Keys or accounts between which requests are distributed. Each has its own limits, like a partition (`rate`, pauses,
   * `perPartition`, learned limits, breaker); a refused one (401, 402, exhausted quota) is paused. @default none
   */
  readonly pool?: readonly PoolKey[] | undefined
  /** Scope of the rates: per partition, or shared by all. @default 'partition' */
  readonly rateScope?: 'partition' | 'all' | undefined
  /** Maximum number of calls sent at once after idleness; for servers that allow it. @default 1 */
  readonly burst?: number | undefined
  /** Spreading of rates up to a minute; `strict` for servers that allow no burst at all. @default 'smooth' */
  readonly pacing?: Pacing | undefined
  /**
   * Shares `rate`, `concurrency` and `perPartition` with other processes, and exchanges learned limits of servers with
   * them; with `'auto'` each finds its own number, and `maxConcurrency` applies to all together. Not closed with the
   * client. `pacing` and `quotaMemory` then have no effect. @default limits of this client only
   */
  readonly sharedLimits?: SharedLimits | undefined
  /**
   * Upper estimate of a request's cost besides the request itself: `(request) => ({ tokens: 1200 })`. A request's own
   * `cost` takes precedence, unit by unit. Raised if responses show that it is too low. @default none
   */
  readonly cost?: ((request: ApiRequest) => Cost | undefined) | undefined
  /**
   * Actual cost of an attempt, from a response of any status: `({ value }) => ({ tokens: value.usage.total_tokens })`.
   * Overestimates are refunded at once; requests without `cost` are estimated from earlier responses. @default `cost`
   */
  readonly actualCost?: ActualCost | undefined
  /** Stores usage of rates with windows over a minute, so that they hold across restarts. @default none */
  readonly quotaMemory?: QuotaMemory | undefined
  /** Infer limits that the server does not state from refusals, and obey them. @default true */
  readonly learn?: boolean | undefined
  /** Partition whose limits a request counts against. @default its origin */
  readonly partition?: ClientSettings['partition']
  /**
   * Pauses a failing partition: by its share of failures in a window, or after consecutive failures; `false`: never.
   * @default half of at least 20 calls within 10 s, or 10 in a row; open for 5 s, doubled up to a minute
   */
  readonly breaker?: BreakerOptions | false | undefined
  /**
   * Time after which a failing partition refuses the calls of runs too, instead of having them wait for its recovery.
   * @default '30s' if nothing has succeeded there yet, otherwise '5min'
   */
  readonly giveUpAfter?: Duration | undefined
  /** Maximum number of waiting calls; more are refused with `SLUICE_QUEUE_FULL`. @default 1,000,000 */
  readonly maxWaiting?: number | undefined
  /** Maximum time of a call in the queue, over all attempts; then it is refused, with its position. @default none */
  readonly maxWait?: Duration | undefined

  /**
   * Timeout of an attempt, from admission to the last byte, or to the head of a streamed response; 0 for none.
   * @default '30s'
   */
  readonly timeout?: Duration | undefined
  /**
   * Maximum silence within a streamed body: of the server while bytes are awaited, and of the consumer while bytes
   * are buffered; 0 for no maximum. The body then ends with an error. @default '30s'
   */
  readonly idleTimeout?: Duration | undefined
  /** Deadline of a whole call, including all waits and attempts; 0 for none. @default none */
  readonly deadline?: Duration | undefined
  /** Retry policy; `false` disables retries. @default four attempts in total */
  readonly retry?: RetryOptions | false | undefined
  /** Races a slow attempt with a second one, if the request is repeatable. @default false */
  readonly hedge?: boolean | HedgeOptions | undefined
  /** Merges concurrent identical calls: GET and HEAD without a body. @default false */
  readonly coalesce?: boolean | undefined
  /**
   * Caches responses to GET. `'revalidate'` revalidates on each request, for polling; `'http'` only when the response
   * is no longer fresh by its headers. @default no cache
   */
  readonly cache?: CacheMode | CacheOptions | undefined
  /** Maximum number of redirects followed in a row. @default 5 */
  readonly maxRedirects?: number | undefined
  /** Adds an `Idempotency-Key` to each call, the same for all attempts, so that POST can be retried. @default false */
  readonly idempotencyKey?: boolean | undefined

  /** Authentication of requests, created by `bearerAuth` and others in `sluice/auth`. @default none */
  readonly auth?: Auth | undefined

  /** Custom policies around the whole call, outermost first: each sees a call once. @default none */
  readonly perCall?: readonly Policy[] | undefined
  /** Custom policies around each request that is sent, outermost first, within the attempt's timeout. @default none */
  readonly perAttempt?: readonly Policy[] | undefined
  /**
   * Maps the error of each failed call to the error that is thrown or returned: once, after all retries.
   * `(error) => (error instanceof ResponseError ? new ShopError(error.value) : error)` @default errors as they are
   */
  readonly mapError?: ((error: CallError) => E) | undefined
  /**
   * Stores cookies of responses, and sends them back to their hosts; `true` in memory, or in a jar of `tough-cookie`,
   * which must be installed. @default false
   */
  readonly cookies?: boolean | CookieStore | undefined
  /** Reports calls as they happen; created by `openTelemetry` in `sluice/opentelemetry`. @default none */
  readonly telemetry?: Telemetry | undefined
  /**
   * Handling of JSON numbers that a JavaScript number would change: `'number'` changes them, `'exact'` returns integers
   * beyond 2^53 as bigint and others as `JsonNumber`, `'source'` returns each number that would be serialized
   * differently as `JsonNumber`. @default 'number'
   */
  readonly bigNumbers?: BigNumbers | undefined
  /** Transport of the requests. @default `undiciTransport` with the options above; without Node, `fetchTransport` */
  readonly transport?: Transport | undefined
  /** Random numbers for jitter: from 0 (inclusive) to 1 (exclusive). @default the system's */
  readonly random?: (() => number) | undefined
}

/** Validated options with their defaults. */
export interface ClientSettings extends LimitSettings, Pick<ApiRequest, 'weight' | 'priority'> {
  readonly baseUrl: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Names of headers set by the client's options; secret to other origins. */
  readonly ownHeaders: ReadonlySet<string>
  readonly partition: ((url: URL, request: RequestSpec) => string) | undefined
  readonly maxWaiting: number
  readonly maxWait: number
  readonly timeout: number
  readonly idleTimeout: number
  readonly deadline: number
  readonly retry: RetrySettings
  readonly hedge: HedgeSettings | undefined
  readonly coalesce: boolean
  readonly cache: CacheSettings | undefined
  readonly maxRedirects: number
  readonly idempotencyKey: boolean
  readonly auth: Auth | undefined
  readonly perCall: readonly Policy[]
  readonly perAttempt: readonly Policy[]
  readonly mapError: ((error: CallError) => unknown) | undefined
  readonly cookies: CookieStore | undefined
  readonly telemetry: Telemetry | undefined
  readonly bigNumbers: BigNumbers
  readonly cost: ((request: ApiRequest) => Cost | undefined) | undefined
  readonly actualCost: ActualCost | undefined
  readonly transport: Transport
  readonly random: Random
}

/** User agent. Reveals nothing about the machine or its user. */
const userAgent = 'sluice/0.1'

/** Validates the options and fills in defaults. @throws SettingsError with the option, expected and actual value. */
export function resolveClient(options: ClientOptions = {}): ClientSettings {
  const clock = withFunctions('clock', options.clock, ['now', 'wallTime', 'timer']) ?? systemClock
  const isAuto = options.concurrency === 'auto'
  const maxConcurrency = wholeNumber('maxConcurrency', options.maxConcurrency ?? 200, 1)
  const concurrency = isAuto ? maxConcurrency : wholeNumber('concurrency', options.concurrency ?? 10, 1)
  const transport =
    options.transport ??
    builtInTransport({
      connectTimeout: options.connectTimeout,
      dnsResultOrder: options.dnsResultOrder,
      denyPrivateAddresses: options.denyPrivateAddresses,
      maxBody: options.maxBody,
      maxHeaderSize: options.maxHeaderSize,
      http2: options.http2,
      keepAlive: options.keepAlive,
      proxy: options.proxy,
      tls: options.tls,
      dispatcher: options.dispatcher,
      clock,
    })
  if (options.pool !== undefined && options.auth !== undefined)
    throw new SettingsError('pool and auth: each key of a pool has its own auth; set only one of them')
  const headers = record('headers', options.headers)
  const own = mergeHeaders({}, headers)

  return Object.freeze({
    baseUrl: resolveBaseUrl(options.baseUrl),
    // Shared by all requests that add no headers.
    headers: Object.freeze(mergeHeaders({ 'user-agent': userAgent, accept: '*/*', ...transport.headers }, headers)),
    ownHeaders: new Set(Object.keys(own).filter((name) => !harmless.has(name))),
    concurrency,
    isAuto,
    perPartition: optionalCount('perPartition', options.perPartition),
    maxMemory: optionalCount('maxMemory', options.maxMemory),
    rates: parseRates('rate', options.rate),
    pool: resolvePool(options.pool),
    rateScope: oneOf('rateScope', options.rateScope ?? 'partition', ['partition', 'all']),
    burst: wholeNumber('burst', options.burst ?? 1, 1),
    pacing: oneOf('pacing', options.pacing ?? 'smooth', ['smooth', 'strict']),
    sharedLimits: withFunctions('sharedLimits', options.sharedLimits, ['permits', 'reserve', 'places', 'publish']),
    quotaMemory: withFunctions('quotaMemory', options.quotaMemory, ['recall', 'record']),
    weight: weightOf({ weight: options.weight }),
    priority: priorityOf(options.priority),
    cost: callback('cost', options.cost),
    actualCost: callback('actualCost', options.actualCost),
    learn: flag('learn', options.learn ?? true),
    breaker: resolveBreaker(options.breaker),
    giveUpAfter: resolveGiveUp(options.giveUpAfter),
    partition: callback('partition', options.partition),
    maxWaiting: wholeNumber('maxWaiting', options.maxWaiting ?? 1_000_000, 1),
    maxWait: options.maxWait === undefined ? Number.POSITIVE_INFINITY : parseDuration('maxWait', options.maxWait),
    timeout: parseTimeLimit('timeout', options.timeout ?? '30s'),
    idleTimeout: parseTimeLimit('idleTimeout', options.idleTimeout ?? '30s'),
    deadline: options.deadline === undefined ? Number.POSITIVE_INFINITY : parseTimeLimit('deadline', options.deadline),
    retry: resolveRetry(options.retry === false ? { maxAttempts: 1 } : options.retry),
    hedge: resolveHedge(options.hedge),
    cache: resolveCache(options.cache),
    coalesce: flag('coalesce', options.coalesce ?? false),
    maxRedirects: wholeNumber('maxRedirects', options.maxRedirects ?? 5, 0, 100),
    idempotencyKey: flag('idempotencyKey', options.idempotencyKey ?? false),
    auth: resolveAuth(options.auth),
    perCall: resolvePolicies('perCall', options.perCall),
    perAttempt: resolvePolicies('perAttempt', options.perAttempt),
    mapError: callback('mapError', options.mapError),
    cookies: resolveCookies(options.cookies),
    telemetry: resolveTelemetry(options.telemetry),
    bigNumbers: oneOf('bigNumbers', options.bigNumbers ?? 'number', bigNumbersChoices),
    transport: withFunctions('transport', transport, ['send', 'close']),
    clock,
    random: options.random === undefined ? systemRandom : soundRandom(callback('random', options.random)),
  })
}

/** Client headers that may follow a redirect to another origin. */
const harmless: ReadonlySet<string> = new Set([
  'user-agent',
  'accept',
  'accept-language',
  'accept-encoding',
  'content-type',
])

function resolveBaseUrl(baseUrl: string | URL | undefined): string | undefined {
  if (baseUrl === undefined) return undefined
  const text = messageOf(baseUrl)
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw unexpected('baseUrl', 'an absolute URL such as https://api.example', redactUrl(text))
}
