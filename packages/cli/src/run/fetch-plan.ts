import { readFileSync } from 'node:fs'
import {
  type BulkOptions,
  type ClientOptions,
  parseDuration,
  parseRate,
  type ReadAs,
  type RequestSpec,
  SettingsError,
} from 'sluice'
import { isSecretHeader } from 'sluice/http'
import { completeUrl } from '../inputs/complete-url.ts'
import type { InputFormat } from '../inputs/detect-format.ts'
import { parseAuth } from '../inputs/parse-auth.ts'
import { parseHeader } from '../inputs/parse-header.ts'
import type { InputPlan } from '../inputs/read-inputs.ts'
import { resolveSecret } from '../inputs/resolve-secret.ts'
import type { FetchFlags } from '../options/fetch-flags.ts'
import { forFlag, parseCount, parseRange, parseRetryOn, parseShare, parseSize } from '../options/values.ts'
import { bodyValue, jsonValue } from './body-value.ts'
import type { Thresholds } from './exit-code.ts'

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

export interface PlanContext {
  readonly env: NodeJS.ProcessEnv
  /** Whether standard input is a pipe or a file: then it is read if nothing else is named. */
  readonly stdinIsPiped: boolean
}

/** Understands the flags. @throws SettingsError that names the flag, what was expected, and what came. */
export function resolveFetchPlan(urls: readonly string[], flags: FetchFlags, context: PlanContext): FetchPlan {
  const secrets: string[] = []
  const warnings: string[] = []
  return {
    input: resolveInput(urls, flags, context),
    defaults: resolveDefaults(flags, context),
    client: resolveClientOptions(flags, context, secrets, warnings),
    bulk: resolveBulkOptions(flags),
    thresholds: resolveThresholds(flags),
    secrets,
    warnings,
  }
}

function resolveInput(urls: readonly string[], flags: FetchFlags, { stdinIsPiped }: PlanContext): InputPlan {
  const files = flags.input ?? []
  const reads = urls.length > 0 || files.length > 0
  if (!reads && !stdinIsPiped) {
    throw new SettingsError('nothing to fetch: give URLs, or a list with -i FILE, or pipe one in')
  }
  return {
    urls,
    files: reads ? files : ['-'],
    glob: flags.glob,
    format: flags.inputFormat as InputFormat | undefined,
    baseUrl: flags.baseUrl,
    urlTemplate: flags.url,
    jsonTemplate: flags.jsonTemplate,
    idColumn: flags.idColumn,
  }
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

function resolveClientOptions(
  flags: FetchFlags,
  { env }: PlanContext,
  secrets: string[],
  warnings: string[],
): ClientOptions {
  const [base, cap] = parseRange('--backoff', flags.backoff ?? '500ms..30s')
  const duration = (flag: string, text: string | undefined): number | undefined =>
    text === undefined ? undefined : forFlag(flag, () => parseDuration('', text))
  const count = (flag: string, text: string | undefined): number | undefined =>
    text === undefined ? undefined : parseCount(flag, text, 1)

  return {
    baseUrl: flags.baseUrl === undefined ? undefined : completeUrl(flags.baseUrl),
    headers: resolveHeaders(flags, env, secrets, warnings),
    concurrency: flags.concurrency === 'auto' ? 'auto' : count('--concurrency', flags.concurrency),
    perPartition: count('--per-host', flags.perHost),
    rate: flags.rate?.flatMap((list) => list.split(',')).map((rate) => forFlag('--rate', () => parseRate('', rate))),
    rateScope: flags.rateScope === 'all' ? 'all' : 'partition',
    burst: count('--burst', flags.burst),
    learn: flags.learn,
    breaker: resolveBreaker(flags.breaker),
    timeout: duration('--timeout', flags.timeout),
    deadline: duration('--deadline', flags.deadline),
    connectTimeout: duration('--connect-timeout', flags.connectTimeout),
    retry: {
      maxAttempts: count('--attempts', flags.attempts),
      base: duration('--backoff', base),
      cap: duration('--backoff', cap),
      on: flags.retryOn === undefined ? undefined : parseRetryOn(flags.retryOn),
      unsafe: flags.retryUnsafe,
      maxRetryAfter: duration('--max-retry-after', flags.maxRetryAfter ?? '1h'),
    },
    maxRedirects: flags.maxRedirects === undefined ? undefined : parseCount('--max-redirects', flags.maxRedirects, 0),
    idempotencyKey: flags.idempotencyKey,
    maxBody: flags.maxBody === undefined ? undefined : parseSize('--max-body', flags.maxBody),
    http2: flags.http2,
    proxy: resolveProxy(flags.proxy),
    tls: { ca: flags.cacert === undefined ? undefined : readPem(flags.cacert), insecure: flags.insecure },
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

function resolveHeaders(
  flags: FetchFlags,
  env: NodeJS.ProcessEnv,
  secrets: string[],
  warnings: string[],
): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  if (flags.data !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded'
  if (flags.auth !== undefined) {
    const auth = parseAuth(flags.auth, { env })
    headers.authorization = auth.header
    secrets.push(...auth.secrets)
    if (auth.literal) warnings.push(literalWarning('--auth'))
  }
  for (const text of flags.header ?? []) {
    const [name, reference] = parseHeader(text)
    if (reference === undefined) {
      headers[name.toLowerCase()] = undefined
      continue
    }
    const { value, secret } = resolveSecret(reference, { env })
    headers[name.toLowerCase()] = value
    if (secret || isSecretHeader(name)) secrets.push(value.replace(/^(bearer|basic|token)\s+/i, ''))
    if (!secret && isSecretHeader(name)) warnings.push(literalWarning(`-H ${name}`))
  }
  return headers
}

function literalWarning(where: string): string {
  return `${where}: the secret stands on the command line, where others on this machine can see it; env:NAME or file:PATH hides it`
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
    maxTime: flags.maxTime === undefined ? undefined : forFlag('--max-time', () => parseDuration('', flags.maxTime!)),
  }
}

function resolveThresholds(flags: FetchFlags): Thresholds {
  const { failOn = 'any', minSuccess, maxP95 } = flags
  const maxFailedShare =
    failOn === 'any' ? 0 : failOn === 'none' ? Number.POSITIVE_INFINITY : parseShare('--fail-on', failOn)
  return {
    maxFailedShare,
    minSuccess: minSuccess === undefined ? undefined : parseShare('--min-success', minSuccess),
    maxP95: maxP95 === undefined ? undefined : forFlag('--max-p95', () => parseDuration('', maxP95)),
  }
}

function resolveProxy(proxy: string | undefined): string | undefined {
  if (proxy === undefined || proxy === 'none') return proxy
  const url = /^[a-z]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`
  if (URL.canParse(url) && /^https?:/i.test(url)) return url
  throw new SettingsError(`--proxy: expected a URL such as http://proxy.example:3128, or none`)
}

function readPem(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new SettingsError(`--cacert: cannot read ${path}: ${(error as Error).message}`)
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new SettingsError(`--cacert: ${path} holds no PEM certificate (-----BEGIN CERTIFICATE-----)`)
}
