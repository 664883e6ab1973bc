import { builtInTransport } from '#transport'
import type { Pacing } from '../algorithms/rate/paced-ledger.ts'
import { parseRates, type RateInput } from '../algorithms/rate/rate.ts'
import { callback, flag, oneOf, wholeNumber } from '../errors/checks.ts'
import { SettingsError, unexpected } from '../errors/settings-error.ts'
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
import { type Duration, parseDuration } from '../time/duration.ts'
import { systemClock } from '../time/system-clock.ts'
import { socketOptions } from '../transport/socket-options.ts'
import type { Transport } from '../transport/transport.ts'
import type { UndiciTransportOptions } from '../transport/undici/undici-transport.ts'
import { type BreakerOptions, resolveBreaker, resolveGiveUp } from './breaker-options.ts'

/** How a client behaves. Everything has a default that is fit for somebody else's API. */
export interface ClientOptions
  extends Omit<UndiciTransportOptions, 'connections'>,
    Pick<RequestSpec, 'weight' | 'priority'> {
  /** Relative URLs are joined to the end of its path: `/api/v2` and `/tickets` make `/api/v2/tickets`. @default none */
  readonly baseUrl?: string | URL | undefined
  /** Sent with every request. A request's own headers win. */
  readonly headers?: HeadersInput | undefined

  /**
   * Attempts in flight at the same time, in all; `'auto'` finds the best number for each partition, and keeps it in all
   * below `maxConcurrency`. @default 10
   */
  readonly concurrency?: number | 'auto' | undefined
  /** Maximum for `'auto'`, over all partitions. @default 200 */
  readonly maxConcurrency?: number | undefined
  /** Attempts in flight at the same time in each partition (by default: to each origin). @default the same */
  readonly perPartition?: number | undefined
  /**
   * Limits such as `'10/s'` or `['100/min', '200000 tokens/min']`; all hold together. One with a unit counts the `cost` of
   * requests in it. Windows of a minute or less are paced evenly, longer ones are quotas. @default none
   */
  readonly rate?: RateInput | readonly RateInput[] | undefined
  /**
   * Keys or accounts between which requests are spread. Each has the limits of a partition for itself (`rate`, `perPartition`,
   * pauses, what is learned, the breaker); one that is refused (401, 402, a quota that is used up) rests. @default none
   */
  readonly pool?: readonly PoolKey[] | undefined
  /** Scope of the rates: each partition has them for itself, or all share them. @default 'partition' */
  readonly rateScope?: 'partition' | 'all' | undefined
  /** Calls that may leave at once after idleness; for servers that allow it. @default 1 */
  readonly burst?: number | undefined
  /** How rates of a minute or less are spread; `strict` for servers that allow no burst at all. @default 'smooth' */
  readonly pacing?: Pacing | undefined
  /**
   * Keeps `rate`, `concurrency` and `perPartition` together with other processes, and exchanges with them what is learned of
   * a server; with `'auto'` each finds its own number, and `maxConcurrency` is for all. It is not closed with the client.
   * `pacing` and `quotaMemory` are without effect then. @default this client alone
   */
  readonly sharedLimits?: SharedLimits | undefined
  /**
   * What a request costs besides itself, at most: `(request) => ({ tokens: 1200 })`. Its own `cost` wins, unit by unit. It is
   * raised where answers show that it is too low. @default nothing
   */
  readonly cost?: ((request: ApiRequest) => Cost | undefined) | undefined
  /**
   * What an attempt has cost, read from its answer, of any status: `({ value }) => ({ tokens: value.usage.total_tokens })`. Too
   * much that was counted comes back at once. Requests without a `cost` are counted by what answers have told. @default as `cost` says
   */
  readonly actualCost?: ActualCost | undefined
  /** Remembers what was sent of rates with windows over a minute, so that they hold over restarts. @default none */
  readonly quotaMemory?: QuotaMemory | undefined
  /** Infer limits that the server does not state from refusals, and obey them. @default true */
  readonly learn?: boolean | undefined
  /** Whose limits a request counts against. @default its origin */
  readonly partition?: ClientSettings['partition']
  /**
   * When a partition that fails is given a rest: a share of failures within a window, or so many in a row. `false` for never.
   * @default half of at least 20 calls within 10 s, or 10 in a row; for 5 s, doubled up to a minute
   */
  readonly breaker?: BreakerOptions | false | undefined
  /**
   * A run whose partition has failed for so long is refused too.
   * @default '30s' while nothing has succeeded there, then '5min'
   */
  readonly giveUpAfter?: Duration | undefined
  /** More waiting calls than this are refused with a `QueueFullError`. @default 1,000,000 */
  readonly maxWaiting?: number | undefined
  /** Longest time of a call in the queue, over all attempts; after that it is refused, with its position. @default none */
  readonly maxWait?: Duration | undefined

  /** Time for one attempt, from being admitted to the last byte, or to the head of an answer that is read as it comes. @default '30s' */
  readonly timeout?: Duration | undefined
  /**
   * Longest silence within a body that is read as it comes: of the server while bytes are awaited, and of the reader while bytes
   * wait for it. The body ends with an error then. @default '30s'
   */
  readonly idleTimeout?: Duration | undefined
  /** Time for a whole call with all its waits and attempts. @default none */
  readonly deadline?: Duration | undefined
  /** When and how often to try again; `false` for never. @default four attempts in all */
  readonly retry?: RetryOptions | false | undefined
  /** Sends a second attempt beside one that takes long, where the request may be repeated. @default false */
  readonly hedge?: boolean | HedgeOptions | undefined
  /** Calls for the same thing at the same time are one: GET and HEAD without a body. @default false */
  readonly coalesce?: boolean | undefined
  /**
   * Keeps answers to GET. `'revalidate'` asks each time whether what it has still holds, for polling; `'http'` asks when it is
   * no longer fresh, as the server says. @default none is kept
   */
  readonly cache?: CacheMode | CacheOptions | undefined
  /** Redirects followed, one after another. @default 5 */
  readonly maxRedirects?: number | undefined
  /** Adds an `Idempotency-Key` to each call, the same over its attempts, which makes POST safe to repeat. @default false */
  readonly idempotencyKey?: boolean | undefined

  /** How requests prove who they come from: made by `bearerAuth` and its like in `sluice/auth`. @default none */
  readonly auth?: Auth | undefined

  /** Policies of your own around the whole call, outermost first: each sees a call once. @default none */
  readonly perCall?: readonly Policy[] | undefined
  /** Policies of your own around each request that goes out, outermost first, within the attempt's timeout. @default none */
  readonly perAttempt?: readonly Policy[] | undefined
  /**
   * Keeps the cookies of answers, and sends them back to their hosts; `true` in memory, or in a jar of `tough-cookie`, which
   * must be installed. @default false
   */
  readonly cookies?: boolean | CookieStore | undefined
  /** Tells others of calls as they go: made by `openTelemetry` in `sluice/opentelemetry`. @default none */
  readonly telemetry?: Telemetry | undefined
  /**
   * How numbers of JSON bodies come that a JavaScript number would change: `'number'` changes them, `'exact'` gives integers
   * beyond 2^53 as bigint and others as `JsonNumber`, `'source'` gives each number that would be written in another way again
   * as `JsonNumber`. @default 'number'
   */
  readonly bigNumbers?: BigNumbers | undefined
  /** Transport that carries the requests. @default `undiciTransport` with the options above; `fetchTransport` where there is no Node */
  readonly transport?: Transport | undefined
  /** @default the system's */
  readonly random?: Random | undefined
}

/** The options, complete and checked. */
export interface ClientSettings extends LimitSettings, Pick<ApiRequest, 'weight' | 'priority'> {
  readonly baseUrl: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Header names that the client itself was given; secret to other origins. */
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
  readonly cookies: CookieStore | undefined
  readonly telemetry: Telemetry | undefined
  readonly bigNumbers: BigNumbers
  readonly cost: ((request: ApiRequest) => Cost | undefined) | undefined
  readonly actualCost: ActualCost | undefined
  readonly transport: Transport
  readonly random: Random
}

/** Options that only the built-in transport obeys. */
export const transportOptions: readonly (keyof ClientOptions)[] = [...socketOptions, 'maxBody', 'dispatcher']

/** The options of a client that gets a transport: without those of the built-in one. */
export function withoutTransport(options: ClientOptions): ClientOptions {
  const isOther = ([name]: [string, unknown]): boolean => !transportOptions.includes(name as keyof ClientOptions)
  return Object.fromEntries(Object.entries(options).filter(isOther))
}

/** The options of a client that is extended. Headers and retry options are merged. */
export function extendedOptions(options: ClientOptions, changes: ClientOptions): ClientOptions {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  const { retry } = changes
  return {
    ...withoutTransport(options),
    ...Object.fromEntries(given),
    headers: mergeHeaders(mergeHeaders({}, options.headers ?? {}), changes.headers ?? {}),
    ...(retry ? { retry: { ...(options.retry || undefined), ...retry } } : undefined),
  }
}

/** User agent. It tells nothing about the machine or its user. */
const userAgent = 'sluice/0.1'

/** Completes and checks the options. @throws SettingsError that names the option, what was expected, and what came. */
export function resolveClient(options: ClientOptions = {}): ClientSettings {
  const clock = options.clock ?? systemClock
  const isAuto = options.concurrency === 'auto'
  const concurrency = isAuto
    ? wholeNumber('maxConcurrency', options.maxConcurrency ?? 200, 1)
    : wholeNumber('concurrency', options.concurrency ?? 10, 1)
  const perPartition =
    options.perPartition === undefined ? undefined : wholeNumber('perPartition', options.perPartition, 1)
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
  if (typeof transport.send !== 'function' || typeof transport.close !== 'function')
    throw unexpected('transport', 'an object with the functions send and close', transport)
  if (options.pool !== undefined && options.auth !== undefined)
    throw new SettingsError('pool and auth: each key of a pool has its own auth; leave one of them out')
  const own = mergeHeaders({}, options.headers ?? {})

  return Object.freeze({
    baseUrl: resolveBaseUrl(options.baseUrl),
    // Shared by all requests that add nothing to them.
    headers: Object.freeze(
      mergeHeaders({ 'user-agent': userAgent, accept: '*/*', ...transport.headers }, options.headers ?? {}),
    ),
    ownHeaders: new Set(Object.keys(own).filter((name) => !harmless.has(name))),
    concurrency,
    isAuto,
    perPartition,
    rates: parseRates('rate', options.rate),
    pool: resolvePool(options.pool),
    rateScope: oneOf('rateScope', options.rateScope ?? 'partition', ['partition', 'all']),
    burst: wholeNumber('burst', options.burst ?? 1, 1),
    pacing: oneOf('pacing', options.pacing ?? 'smooth', ['smooth', 'strict']),
    sharedLimits: options.sharedLimits,
    quotaMemory: options.quotaMemory,
    weight: weightOf({ weight: options.weight }),
    priority: priorityOf(options.priority),
    cost: callback('cost', options.cost),
    actualCost: callback('actualCost', options.actualCost),
    learn: flag('learn', options.learn ?? true),
    breaker: resolveBreaker(options.breaker),
    giveUpAfter: resolveGiveUp(options.giveUpAfter),
    partition: options.partition,
    maxWaiting: wholeNumber('maxWaiting', options.maxWaiting ?? 1_000_000, 1),
    maxWait: options.maxWait === undefined ? Number.POSITIVE_INFINITY : parseDuration('maxWait', options.maxWait),
    timeout: parseDuration('timeout', options.timeout ?? '30s'),
    idleTimeout: parseDuration('idleTimeout', options.idleTimeout ?? '30s'),
    deadline: options.deadline === undefined ? Number.POSITIVE_INFINITY : parseDuration('deadline', options.deadline),
    retry: resolveRetry(options.retry === false ? { maxAttempts: 1 } : options.retry),
    hedge: resolveHedge(options.hedge),
    cache: resolveCache(options.cache),
    coalesce: flag('coalesce', options.coalesce ?? false),
    maxRedirects: wholeNumber('maxRedirects', options.maxRedirects ?? 5, 0, 100),
    idempotencyKey: flag('idempotencyKey', options.idempotencyKey ?? false),
    auth: resolveAuth(options.auth),
    perCall: resolvePolicies('perCall', options.perCall),
    perAttempt: resolvePolicies('perAttempt', options.perAttempt),
    cookies: resolveCookies(options.cookies),
    telemetry: resolveTelemetry(options.telemetry),
    bigNumbers: oneOf('bigNumbers', options.bigNumbers ?? 'number', bigNumbersChoices),
    transport,
    clock,
    random: options.random === undefined ? systemRandom : soundRandom(options.random),
  })
}

/** Headers of the client that may follow a redirect to another origin. */
const harmless: ReadonlySet<string> = new Set([
  'user-agent',
  'accept',
  'accept-language',
  'accept-encoding',
  'content-type',
])

function resolveBaseUrl(baseUrl: string | URL | undefined): string | undefined {
  if (baseUrl === undefined) return undefined
  if (!URL.canParse(String(baseUrl))) throw unexpected('baseUrl', 'an absolute URL', redactUrl(String(baseUrl)))
  return String(baseUrl)
}
