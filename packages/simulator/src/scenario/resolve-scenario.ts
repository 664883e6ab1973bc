import { parseDuration, SettingsError } from 'sluice'
import { parseLatency } from '../latency/parse-latency.ts'
import { parseLimit } from '../limits/parse-limit.ts'
import { parseLineSpeed } from '../line/parse-line-speed.ts'
import { isRecord, listOf, oneOf, parseShare, splitForm, wholeNumber } from '../settings/parse.ts'
import { unexpected } from '../settings/unexpected.ts'
import { parseConnectionFaults, parseFaults, parseOutages } from './parse-faults.ts'
import { parsePaths } from './parse-paths.ts'
import type { Scenario, ScenarioName, ScenarioOptions } from './scenario.ts'
import { scenarios } from './scenarios.ts'

/** A scenario by its name, or written out. */
export type ScenarioInput = ScenarioName | ScenarioOptions

type Unchecked = { readonly [Field in keyof ScenarioOptions]: unknown }

const fieldNames: readonly (keyof ScenarioOptions)[] = [
  'extends',
  'latency',
  'capacity',
  'line',
  'limit',
  'refusal',
  'headers',
  'competitor',
  'faults',
  'connectionFaults',
  'outages',
  'paths',
  'keepAlive',
  'bombSize',
  'dripEvery',
  'redirectTo',
  'tokenLifetime',
  'seed',
]

/**
 * A scenario, checked and complete.
 *
 * @throws SettingsError if a field is unknown or its value is none of its forms; it says which and what was expected.
 */
export function resolveScenario(input: ScenarioInput = 'products'): Scenario {
  const given: unknown = typeof input === 'string' ? { extends: input } : input
  if (!isRecord(given)) throw unexpected('scenario', 'a name or an object', given)
  for (const field of Object.keys(given)) {
    if (!(fieldNames as readonly string[]).includes(field)) {
      throw new SettingsError(`${field}: a scenario has no such field; it has ${fieldNames.join(', ')}`)
    }
  }
  const options: Unchecked = { ...named(given.extends), ...withoutUndefined(given) }
  const conduct = {
    latency: parseLatency('latency', options.latency ?? 0),
    faults: parseFaults('faults', options.faults),
    outages: parseOutages('outages', options.outages),
  }
  return Object.freeze({
    ...conduct,
    paths: parsePaths('paths', options.paths ?? {}, conduct),
    capacity: capacityOf(options.capacity),
    line: options.line === undefined ? undefined : parseLineSpeed('line', options.line),
    limits: listOf(options.limit).map((limit, index) => parseLimit('limit', limit, index)),
    refusal: refusalOf(options.refusal ?? {}),
    headers: oneOf('headers', options.headers ?? 'none', ['ietf', 'ietf-legacy', 'github', 'openai', 'none'] as const),
    competitor: parseShare('competitor', options.competitor ?? 0),
    connectionFaults: parseConnectionFaults('connectionFaults', options.connectionFaults),
    keepAlive: keepAliveOf(options.keepAlive ?? '5s'),
    bombSize: wholeNumber('bombSize', options.bombSize ?? 200_000_000, 1, 2_000_000_000),
    dripEvery: parseDuration('dripEvery', (options.dripEvery ?? '100ms') as string),
    redirectTo: urlOf('redirectTo', options.redirectTo ?? 'http://elsewhere.invalid/'),
    tokenLifetime: lifetimeOf('tokenLifetime', options.tokenLifetime ?? '1h'),
    seed: wholeNumber('seed', options.seed ?? 1, 0, 4_294_967_295),
  })
}

function named(name: unknown): ScenarioOptions {
  if (name === undefined) return {}
  return scenarios[oneOf('scenario', name, Object.keys(scenarios) as ScenarioName[])]
}

function withoutUndefined(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function capacityOf(value: unknown): Scenario['capacity'] {
  if (value === undefined) return undefined
  const expected = "a number of workers, or a form such as '8,queue=100'"
  let { servers, queue }: { servers?: unknown; queue?: unknown } = isRecord(value) ? value : { servers: value }
  if (typeof value === 'string') {
    const { words, values } = splitForm(value)
    if (words.length !== 1 || [...values.keys()].some((key) => key !== 'queue'))
      throw unexpected('capacity', expected, value)
    servers = Number(words[0])
    queue = values.has('queue') ? Number(values.get('queue')) : undefined
  }
  if (typeof servers !== 'number' || !Number.isInteger(servers)) throw unexpected('capacity', expected, value)
  wholeNumber('capacity', servers, 1)
  return queue === undefined ? { servers } : { servers, queue: wholeNumber('capacity.queue', queue, 0) }
}

function refusalOf(value: unknown): Scenario['refusal'] {
  if (!isRecord(value)) throw unexpected('refusal', "an object such as { status: 429, retryAfter: 'seconds' }", value)
  const refusal = {
    status: oneOf('refusal.status', value.status ?? 429, [403, 429, 503] as const),
    retryAfter: oneOf('refusal.retryAfter', value.retryAfter ?? 'seconds', ['seconds', 'date', 'none'] as const),
  }
  return value.body === undefined ? refusal : { ...refusal, body: value.body }
}

function keepAliveOf(value: unknown): Scenario['keepAlive'] {
  const expected = "a form such as '5s' or '5s,requests=100,no-hint'"
  let options = value
  if (typeof value === 'string') {
    const { words, values } = splitForm(value)
    const [idle, hint, ...more] = words
    if (more.length > 0 || (hint !== undefined && hint !== 'no-hint')) throw unexpected('keepAlive', expected, value)
    if ([...values.keys()].some((key) => key !== 'requests')) throw unexpected('keepAlive', expected, value)
    options = {
      idle,
      hint: hint === undefined,
      requests: values.has('requests') ? Number(values.get('requests')) : undefined,
    }
  }
  if (!isRecord(options)) throw unexpected('keepAlive', expected, value)
  const idle = parseDuration('keepAlive.idle', (options.idle ?? '5s') as string)
  if (idle < 1) throw unexpected('keepAlive.idle', 'at least 1 ms', value)
  const requests = options.requests
  const hint = options.hint ?? true
  if (typeof hint !== 'boolean') throw unexpected('keepAlive.hint', 'true or false', hint)
  return requests === undefined
    ? { idle, hint }
    : { idle, hint, requests: wholeNumber('keepAlive.requests', requests, 1) }
}

function lifetimeOf(name: string, value: unknown): number {
  const lifetime = parseDuration(name, value as string)
  if (lifetime >= 1) return lifetime
  throw unexpected(name, 'at least 1 ms', value)
}

function urlOf(name: string, value: unknown): string {
  if (typeof value === 'string' && URL.canParse(value)) return new URL(value).href
  throw unexpected(name, 'an absolute URL', value)
}
