import { parseDuration, SettingsError } from 'sluice'
import { isObject, oneOf, unexpected, wholeNumber } from 'sluice/internal'
import { parseLatency } from '../latency/parse-latency.ts'
import { parseKeys } from '../limits/keys.ts'
import { parseLimit } from '../limits/parse-limit.ts'
import { parseLineSpeed } from '../line/line.ts'
import { listOf, parseShare, splitForm } from '../settings/parse.ts'
import { parseConnectionFaults, parseFaults, parseOutages } from './parse-faults.ts'
import type { Conduct, PathConduct, Scenario, ScenarioName, ScenarioOptions } from './scenario.ts'

/** Options of each named scenario. `products` is the default. */
export const scenarios: Readonly<Record<ScenarioName, ScenarioOptions>> = {
  /** Every response takes 200 ms; no faults. */
  products: { latency: '200ms' },
  /** 5 % server errors and an occasional connection reset. */
  flaky: { latency: '200ms', faults: '503:5%,reset:1%' },
  /** 20 requests in any second, stated in headers. */
  limited: { latency: '100ms', limit: 'sliding:20/s', headers: 'ietf' },
  /** A token bucket that says nothing but 429: neither headers nor Retry-After. */
  terse: { latency: '100ms', limit: 'token:10/s,burst=20', refusal: { retryAfter: 'none' } },
  /** A quota per minute and at most 20 concurrent requests, stated in GitHub's headers. */
  quota: { latency: '150ms', limit: ['fixed:300/min', 'concurrent:20'], headers: 'github' },
  /** Most responses within a second, some after many. */
  slow: { latency: 'lognormal:p50=800ms,p99=6s' },
  /** Eight servers and a short queue: more concurrency only waits longer, and then gets 503. */
  overloaded: { latency: '100ms', capacity: { servers: 8, queue: 50 } },
  /** Unavailable between the 10th and the 20th second. */
  outage: { latency: '200ms', outages: '10s-20s' },
  /** A bit of every fault on the wire. */
  hostile: {
    latency: 'tail:50ms,1%=2s',
    faults:
      '500:2%,503:3%,reset:1%,reset-body:1%,hang:0.5%,hang-body:0.5%,truncated:1%,malformed:1%,wrong-type:1%,gzip-bomb:0.5%,endless:0.5%,drip:1%,garbage:0.5%,redirect-loop:0.5%,redirect-away:0.5%',
    keepAlive: '5s,requests=50,no-hint',
  },
}

const fields: readonly string[] = ['latency', 'faults', 'outages']

/**
 * Complete settings under each path, the longest path first; missing ones are taken from `everywhere`.
 *
 * @throws SettingsError if a path does not start with a slash or occurs twice, or a field is invalid.
 */
function parsePaths(name: string, value: unknown, everywhere: Conduct): readonly PathConduct[] {
  if (!isObject(value)) throw unexpected(name, "an object such as { '/guardian': { faults: '503:5%' } }", value)
  const paths = Object.entries(value).map(([path, conduct]) => pathConduct(name, path, conduct, everywhere))
  const twice = paths.find(({ path }, index) => paths.findIndex((other) => other.path === path) < index)
  if (twice !== undefined) throw new SettingsError(`${name}: ${twice.path} is given twice`)
  return paths.sort((one, other) => other.path.length - one.path.length)
}

function pathConduct(name: string, path: string, value: unknown, everywhere: Conduct): PathConduct {
  if (!/^(\/[^/?#\s]+)+\/?$/.test(path)) throw unexpected(name, "a path such as '/guardian'", path)
  const place = `${name}.${path}`
  if (!isObject(value)) throw unexpected(place, `an object with ${fields.join(', ')}`, value)
  for (const field of Object.keys(value)) {
    if (!fields.includes(field)) {
      throw new SettingsError(`${place}.${field}: a path has no such field; it has ${fields.join(', ')}`)
    }
  }
  const { latency, faults, outages } = value
  return {
    path: path.replace(/\/$/, ''),
    latency: latency === undefined ? everywhere.latency : parseLatency(`${place}.latency`, latency),
    faults: faults === undefined ? everywhere.faults : parseFaults(`${place}.faults`, faults),
    outages: outages === undefined ? everywhere.outages : parseOutages(`${place}.outages`, outages),
  }
}

/** A scenario by name, or as options. */
export type ScenarioInput = ScenarioName | ScenarioOptions

const dialects = ['ietf', 'ietf-legacy', 'github', 'openai', 'anthropic', 'none'] as const

type Unchecked = { readonly [Field in keyof ScenarioOptions]: unknown }

const fieldNames: readonly (keyof ScenarioOptions)[] = [
  'extends',
  'latency',
  'capacity',
  'line',
  'limit',
  'keys',
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
 * A validated scenario.
 *
 * @throws SettingsError if a field is unknown or its value has none of its forms; it names the field and what was
 * expected.
 */
export function resolveScenario(input: ScenarioInput = 'products'): Scenario {
  const given: unknown = typeof input === 'string' ? { extends: input } : input
  if (!isObject(given)) throw unexpected('scenario', 'a name or an object', given)
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
    keys: parseKeys('keys', options.keys),
    refusal: refusalOf(options.refusal ?? {}),
    headers: oneOf('headers', options.headers ?? 'none', dialects),
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
  let { servers, queue }: { servers?: unknown; queue?: unknown } = isObject(value) ? value : { servers: value }
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
  if (!isObject(value)) throw unexpected('refusal', "an object such as { status: 429, retryAfter: 'seconds' }", value)
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
  if (!isObject(options)) throw unexpected('keepAlive', expected, value)
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
