import { type BulkOptions, type ClientOptions, type RequestSpec, SettingsError } from 'sluice'
import { secretsInUrl } from 'sluice/internal'
import type { Thresholds } from '../figures/exit-code.ts'
import { type FetchFlags, fetchFlags } from '../flags/fetch-flags.ts'
import { checkNeeds } from '../flags/options.ts'
import type { InputPlan } from '../inputs/read-inputs.ts'
import { completeUrl } from '../inputs/url-text.ts'
import { CookieFile } from './cookie-file.ts'
import { resolveCosts } from './costs.ts'
import { type PlanContext, resolveInput, resolveOptions } from './request-plan.ts'
import { bodyValue, jsonValue, secretsInBody } from './secrets.ts'
import { isTemplatedMethod } from './template-texts.ts'

/** A `fetch` as options of the library: its flags, parsed and checked. */
export interface FetchPlan {
  readonly input: InputPlan
  /** Defaults for requests that do not set them. */
  readonly defaults: Pick<RequestSpec, 'method' | 'body' | 'json' | 'readAs'>
  readonly client: ClientOptions
  readonly bulk: BulkOptions
  readonly thresholds: Thresholds
  /** Masked in all output. */
  readonly secrets: readonly string[]
  /** Messages for people, before anything is sent. */
  readonly warnings: readonly string[]
}

/** Parses the flags. @throws SettingsError with the flag, the expected and the actual value */
export function resolveFetchPlan(urls: readonly string[], flags: FetchFlags, context: PlanContext): FetchPlan {
  const { input, defaults: given, bulk, thresholds, ...calls } = resolveAll(flags, context)
  const defaults = { ...given, ...resolveBody(flags, context) }
  const inUrls = [...urls, flags.url ?? ''].flatMap((url) => secretsInUrl(completeUrl(url)))
  return {
    input: resolveInput(urls, input, flags, context),
    defaults,
    client: calls.client,
    warnings: calls.warnings,
    secrets: [...calls.secrets, ...inUrls, ...secretsInBody(flags, defaults)],
    bulk,
    thresholds: { maxFailedShare: 0, minSuccess: undefined, maxP95: undefined, giveUpAfter: 30_000, ...thresholds },
  }
}

/** Parses the flags about making calls. @throws SettingsError as above */
export function resolveCalls(
  flags: FetchFlags,
  context: PlanContext,
): Pick<FetchPlan, 'client' | 'secrets' | 'warnings'> {
  const { client, secrets, warnings } = resolveAll(flags, context)
  return { client, secrets, warnings }
}

function resolveAll(flags: FetchFlags, context: PlanContext): ReturnType<typeof resolveOptions> {
  checkNeeds(fetchFlags, flags)
  // The method of a row is not known yet.
  const known = isTemplatedMethod(flags) ? { ...flags, method: undefined } : flags
  const options = resolveOptions(fetchFlags, known as FetchFlags, context)
  // An explicit number of attempts includes those after a 429.
  const throttles = flags.attempts === undefined ? undefined : ({ maxThrottles: 'attempts' } as const)
  const retry = { maxRetryAfter: '1h', ...throttles, ...options.client.retry } as const
  // JSON numbers keep all their digits throughout the command.
  const cookies = flags.cookieJar === undefined ? undefined : { cookies: new CookieFile(flags.cookieJar) }
  return { ...options, client: { bigNumbers: 'source', ...options.client, ...cookies, ...resolveCosts(flags), retry } }
}

function resolveBody(flags: FetchFlags, { env }: PlanContext): Pick<RequestSpec, 'body' | 'json'> {
  const bodies = Object.entries({ '--data': flags.data, '--json': flags.json, '--json-template': flags.jsonTemplate })
    .filter(([, body]) => body !== undefined)
    .map(([flag]) => flag)
  if (bodies.length > 1) throw new SettingsError(`${bodies.join(' and ')}: a request has one body; give one of them`)
  return {
    ...(flags.data === undefined ? undefined : { body: bodyValue('--data', flags.data, env) }),
    ...(flags.json === undefined ? undefined : { json: jsonValue('--json', flags.json, env) }),
  }
}
