import { type BulkOptions, type ClientOptions, parseDuration, type RequestSpec, SettingsError } from 'sluice'
import { type ReadAs, secretsInUrl } from 'sluice/internal'
import type { Thresholds } from '../figures/exit-code.ts'
import type { FetchFlags } from '../flags/fetch-flags.ts'
import { forFlag, parseCount, parseRange, parseRetryOn, parseShare } from '../flags/values.ts'
import type { InputPlan } from '../inputs/read-inputs.ts'
import { completeUrl } from '../inputs/url-lines.ts'
import { durationFlag, type PlanContext, type PlanFindings, resolveConnection, resolveInput } from './request-plan.ts'
import { bodyValue, jsonValue, secretsInBody } from './secrets.ts'

/** What `fetch` is to do, as the library's options: the flags, understood and checked. */
export interface FetchPlan {
  readonly input: InputPlan
  /** What every request gets that does not say otherwise itself. */
  readonly defaults: Pick<RequestSpec, 'method' | 'body' | 'json' | 'readAs'>
  readonly client: ClientOptions
  readonly bulk: BulkOptions
  readonly thresholds: Thresholds
  /** What must be masked wherever it turns up. */
  readonly secrets: readonly string[]
  /** What a person should know before it begins. */
  readonly warnings: readonly string[]
}

/** Understands the flags. @throws SettingsError that names the flag, what was expected, and what came. */
export function resolveFetchPlan(urls: readonly string[], flags: FetchFlags, context: PlanContext): FetchPlan {
  const calls = resolveCalls(flags, context)
  const defaults = resolveDefaults(flags, context)
  const inUrls = [...urls, flags.url ?? ''].flatMap((url) => secretsInUrl(completeUrl(url)))
  return {
    input: resolveInput(urls, flags, context),
    defaults,
    ...calls,
    secrets: [...calls.secrets, ...inUrls, ...secretsInBody(flags, defaults)],
    bulk: resolveBulkOptions(flags),
    thresholds: resolveThresholds(flags),
  }
}

/** Understands those flags that say how calls are made. @throws SettingsError as above. */
export function resolveCalls(
  flags: FetchFlags,
  context: PlanContext,
): Pick<FetchPlan, 'client' | 'secrets' | 'warnings'> {
  const findings: PlanFindings = { secrets: [], warnings: [] }
  return { client: resolveClientOptions(flags, context, findings), ...findings }
}

function resolveDefaults(flags: FetchFlags, { env }: PlanContext): FetchPlan['defaults'] {
  if (flags.data !== undefined && flags.json !== undefined) {
    throw new SettingsError('--data and --json: a request has one body; give one of them')
  }
  return {
    method: flags.method,
    readAs: flags.readAs as ReadAs | undefined,
    ...(flags.data === undefined ? undefined : { body: bodyValue('--data', flags.data, env) }),
    ...(flags.json === undefined ? undefined : { json: jsonValue('--json', flags.json, env) }),
  }
}

function resolveClientOptions(flags: FetchFlags, context: PlanContext, findings: PlanFindings): ClientOptions {
  const [base, cap] = parseRange('--backoff', flags.backoff ?? '500ms..30s')
  const retryOn = flags.retryOn === undefined ? undefined : parseRetryOn(flags.retryOn)
  const count = (flag: string, text: string | undefined): number | undefined =>
    text === undefined ? undefined : parseCount(flag, text, 1)

  return {
    ...resolveConnection(flags, context, findings),
    // Whatever goes through the command comes out with the digits that it came with.
    bigNumbers: 'source',
    concurrency: flags.concurrency === 'auto' ? 'auto' : count('--concurrency', flags.concurrency),
    perPartition: count('--per-host', flags.perHost),
    rateScope: flags.rateScope === 'all' ? 'all' : 'partition',
    burst: count('--burst', flags.burst),
    learn: flags.learn,
    breaker: resolveBreaker(flags.breaker),
    deadline: durationFlag('--deadline', flags.deadline),
    retry: {
      maxAttempts: count('--attempts', flags.attempts),
      base: durationFlag('--backoff', base),
      cap: durationFlag('--backoff', cap),
      on: retryOn,
      poll: retryOn?.some((item) => /^[23](\d\d|xx)$/i.test(item)),
      unsafe: flags.retryUnsafe,
      maxRetryAfter: durationFlag('--max-retry-after', flags.maxRetryAfter ?? '1h'),
      maxThrottles: flags.maxThrottles === undefined ? undefined : parseCount('--max-throttles', flags.maxThrottles, 0),
    },
    maxRedirects: flags.maxRedirects === undefined ? undefined : parseCount('--max-redirects', flags.maxRedirects, 0),
    idempotencyKey: flags.idempotencyKey,
  }
}

function resolveBreaker(rule: string | false | undefined): ClientOptions['breaker'] {
  if (rule === undefined || rule === false) return rule
  const [share, time, ...rest] = rule.split('/')
  if (share === undefined || time === undefined || rest.length > 0) {
    throw new SettingsError(`--breaker: expected a rule such as 50%/10s, got ${JSON.stringify(rule)}`)
  }
  const window = forFlag('--breaker', () => parseDuration('', time))
  return { failureRatio: parseShare('--breaker', share), window: Math.round(window) }
}

function resolveBulkOptions(flags: FetchFlags): BulkOptions {
  const { maxFailures } = flags
  return {
    ordered: flags.ordered,
    failFast: flags.failFast,
    maxFailures:
      maxFailures === undefined
        ? undefined
        : maxFailures.endsWith('%')
          ? `${parseShare('--max-failures', maxFailures) * 100}%`
          : parseCount('--max-failures', maxFailures, 1),
    maxTime: durationFlag('--max-time', flags.maxTime),
  }
}

function resolveThresholds(flags: FetchFlags): Thresholds {
  const { failOn = 'any', minSuccess, maxP95 } = flags
  const maxFailedShare =
    failOn === 'any' ? 0 : failOn === 'none' ? Number.POSITIVE_INFINITY : parseShare('--fail-on', failOn)
  return {
    maxFailedShare,
    minSuccess: minSuccess === undefined ? undefined : parseShare('--min-success', minSuccess),
    maxP95: durationFlag('--max-p95', maxP95),
  }
}
