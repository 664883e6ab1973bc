import { textOf } from '#platform'
import type { OptionNames } from '../errors/checks.ts'
import { messageOf } from '../errors/message-of.ts'
import { kindOf, unexpected } from '../errors/settings-error.ts'
import { suggestion } from '../errors/suggestion.ts'
import type { Writable } from '../errors/writable.ts'
import { type HeadersInput, mergeHeaders } from './headers.ts'
import { joinUrl, percentDecode } from './join-url.ts'
import { JsonNumber } from './json/json-number.ts'
import { writeJson } from './json/write-json.ts'
import { plainOrigin, rememberOrigin } from './plain-url.ts'
import { redactUrl } from './redact.ts'
import {
  type ApiRequest,
  bodyReadOnce,
  copyOfBytes,
  isAsyncIterable,
  type RequestInput,
  type RequestSpec,
} from './request.ts'
import {
  badInput,
  bigNumbersOf,
  costOf,
  methodOf,
  priorityOf,
  readAsOf,
  timeoutOf,
  weightOf,
} from './request-fields.ts'

/** Defaults that a client adds to each of its requests. */
export interface RequestDefaults {
  readonly baseUrl: string | undefined
  /** Validated headers, with names in lower case. A request's own headers take precedence. */
  readonly headers: Readonly<Record<string, string>>
  readonly partition: ((url: URL, spec: RequestSpec) => string) | undefined
  readonly weight?: number | undefined
  readonly priority?: number | undefined
}

/**
 * Validates a request and fills in defaults.
 *
 * @throws SettingsError with code `SLUICE_BAD_INPUT` that states the problem. The message contains no secrets.
 */
export function createRequest(input: RequestInput, defaults: RequestDefaults): ApiRequest {
  const spec: RequestSpec = typeof input === 'string' || input instanceof URL ? { url: input } : input
  if (typeof spec !== 'object' || spec === null || !(typeof spec.url === 'string' || spec.url instanceof URL)) {
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input) && !(input instanceof Promise)
    const found = isObject ? `the url of this object is ${kindOf(spec.url)}` : `this is ${kindOf(input)}`
    throw badInput(`a request must be a URL, or an object with a url, but ${found}`)
  }
  if (spec === input) checkFields(spec)

  const { href, partition, authorization } = targetOf(spec, defaults)
  const base = authorization === undefined ? defaults.headers : { ...defaults.headers, authorization }
  const own = ownHeaders(spec, base)
  // Most requests add no headers: they share one object.
  const headers = own === undefined ? base : mergeHeaders(base, own)
  const body = bodyOf(spec)
  const request: Writable<ApiRequest> = {
    id: spec.id === undefined || spec.id === null ? idOfUrl(href) : String(spec.id),
    method: methodOf(spec.method ?? (body === undefined ? 'GET' : 'POST')),
    url: href,
    headers,
    readAs: readAsOf(spec.readAs),
    partition,
    weight: weightOf(spec, defaults.weight),
    priority: priorityOf(spec.priority ?? defaults.priority),
  }
  if (body !== undefined) request.body = body
  if (spec.cost !== undefined) request.cost = costOf('cost', spec.cost)
  if (spec.bigNumbers !== undefined) request.bigNumbers = bigNumbersOf(spec.bigNumbers)
  if (spec.timeout !== undefined) request.timeout = timeoutOf(spec.timeout)
  if (spec.meta !== undefined) request.meta = spec.meta
  return request
}

const fields: OptionNames<RequestSpec> = {
  url: true,
  id: true,
  method: true,
  query: true,
  headers: true,
  body: true,
  json: true,
  readAs: true,
  bigNumbers: true,
  partition: true,
  weight: true,
  cost: true,
  priority: true,
  timeout: true,
  meta: true,
}

/**
 * Options of a call that may appear among the fields of its request, where a request is created and sent in one step.
 */
const ofItsCall = ['signal', 'deadline', 'caller', 'schema']

/** Rejects unknown fields: a misspelt one would be ignored silently. */
function checkFields(spec: RequestSpec): void {
  for (const name in spec) {
    if (Object.hasOwn(fields, name) || spec[name as keyof RequestSpec] === undefined) continue
    const meant = suggestion(name, [...Object.keys(fields), ...ofItsCall])
    throw badInput(`a request has no field ${JSON.stringify(name)}${meant || '; put your own data into meta'}`)
  }
}

interface Target {
  readonly href: string
  readonly partition: string
  /** Header from the credentials in the URL. */
  readonly authorization?: string | undefined
}

function targetOf(spec: RequestSpec, defaults: RequestDefaults): Target {
  if (typeof spec.url === 'string' && spec.query === undefined && defaults.partition === undefined) {
    const origin = plainOrigin(spec.url)
    if (origin !== undefined) return { href: spec.url, partition: partitionNamed(spec) ?? origin }
  }
  const url = resolveUrl(spec, defaults.baseUrl)
  const authorization = takeCredentials(url)
  const { href, origin } = url
  rememberOrigin(origin)
  return { href, partition: partitionNamed(spec) ?? partitionOf(defaults.partition, url, spec), authorization }
}

function partitionNamed({ partition }: RequestSpec): string | undefined {
  if (partition === undefined || partition === null || typeof partition === 'string') return partition ?? undefined
  throw badInput(unexpected('partition', 'text', partition).message)
}

/**
 * Partition of a request to this URL: its origin, unless `partition` names another.
 *
 * @throws SettingsError with code `SLUICE_BAD_INPUT` if `partition` throws or does not return text.
 */
export function partitionOf(partition: RequestDefaults['partition'], url: URL, spec: RequestSpec): string {
  if (partition === undefined) return url.origin
  let name: unknown
  try {
    name = partition(url, spec)
  } catch (error) {
    throw badInput(`partition: the function threw: ${messageOf(error)}`)
  }
  if (name === undefined || name === null) return url.origin
  if (typeof name === 'string') return name
  throw badInput(`partition: expected the function to return text, got ${kindOf(name)}`)
}

/** Returns the identical string if nothing is masked, so that it is stored only once. */
function idOfUrl(href: string): string {
  const shown = redactUrl(href)
  return shown === href ? href : shown
}

/** Id of an input that is invalid, or was not converted to a request. Credentials are masked. */
export function idOf(input: unknown): string {
  try {
    const spec =
      typeof input === 'object' && input !== null && !(input instanceof URL) ? (input as RequestSpec) : undefined
    return spec?.id === undefined ? redactUrl(String(spec === undefined ? input : spec.url)) : String(spec.id)
  } catch {
    // A getter or `toString` that throws, or an object without `toString`.
    return 'an input that cannot be shown'
  }
}

function resolveUrl(spec: RequestSpec, baseUrl: string | undefined): URL {
  const shown = redactUrl(String(spec.url))
  let url: URL
  try {
    url = joinUrl(spec.url, baseUrl)
  } catch {
    throw badInput(`${JSON.stringify(shown)} ${whyNoUrl(shown, baseUrl)}`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw badInput(
      `${JSON.stringify(shown)} has the scheme ${url.protocol.slice(0, -1)}; only http and https can be called`,
    )
  }
  url.hash = ''
  const added = spec.query === undefined ? '' : queryText(record('query', spec.query))
  // The existing query stays as written: servers compare signatures of it.
  if (added !== '') url.search += url.search === '' || url.search.endsWith('&') ? added : `&${added}`
  return url
}

function whyNoUrl(shown: string, baseUrl: string | undefined): string {
  if (/^[\\/]{2}/.test(shown.trimStart())) return 'has no scheme; write https: before it'
  return baseUrl === undefined && shown.startsWith('/')
    ? 'is relative: set baseUrl, or write the whole URL'
    : 'is not a URL'
}

/** Query string with these names and values. */
function queryText(query: Readonly<Record<string, unknown>>): string {
  const pairs: string[] = []
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (one !== undefined && one !== null) pairs.push(`${encodedText(name)}=${encodedText(queryValue(name, one))}`)
    }
  }
  return pairs.join('&')
}

function queryValue(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)) return String(value)
  if (value instanceof JsonNumber) return value.digits
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  const what = typeof value === 'number' ? String(value) : value instanceof Date ? 'an invalid date' : kindOf(value)
  throw badInput(`query.${name}: expected text, a number, true, false, a date, or a list of those, got ${what}`)
}

/** Encodes a text; an unpaired surrogate becomes the replacement character. */
function encodedText(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** Moves credentials of a URL to the equivalent header: URLs end up in logs. */
function takeCredentials(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined
  const pair = `${percentDecode(url.username)}:${percentDecode(url.password)}`
  url.username = ''
  url.password = ''
  return `Basic ${textOf(new TextEncoder().encode(pair), 'base64')}`
}

/** Body and request headers beyond the defaults; undefined if there are none. */
function ownHeaders(spec: RequestSpec, base: Readonly<Record<string, string>>): HeadersInput | undefined {
  const given = spec.headers === undefined ? undefined : record('headers', spec.headers)
  if (spec.json === undefined || base['content-type'] !== undefined) return given
  // First, so that the request can replace or remove it.
  return { 'content-type': 'application/json', ...given }
}

function bodyOf(spec: RequestSpec): ApiRequest['body'] {
  if (spec.json === undefined) {
    if (spec.body === undefined || spec.body === null) return undefined
    if (typeof spec.body === 'string' || typeof spec.body === 'function') return spec.body
    if (spec.body instanceof Uint8Array) return bytesOf(spec.body)
    if (isAsyncIterable(spec.body)) return bodyReadOnce(spec.body)
    const isForm = /FormData|Blob|File|URLSearchParams/.test(Object.prototype.toString.call(spec.body))
    const got = isForm ? 'got a form or blob: client.fetch takes those' : `got ${kindOf(spec.body)}`
    throw badInput(`body: expected text, bytes, a stream, or a function that returns one, ${got}`)
  }
  if (spec.body !== undefined && spec.body !== null) throw badInput('a request has either a body or json, not both')
  if (spec.json instanceof Promise) throw badInput(`json: expected a value, got ${kindOf(spec.json)}`)
  let text: string | undefined
  try {
    text = writeJson(spec.json)
  } catch (error) {
    throw badInput(`json: cannot be written as JSON: ${messageOf(error)}`)
  }
  if (text === undefined) throw badInput(`json: cannot be written as JSON: it is ${kindOf(spec.json)}`)
  return text
}

function bytesOf(body: Uint8Array): Uint8Array {
  try {
    return copyOfBytes(body)
  } catch (error) {
    throw badInput(`body: ${messageOf(error)}`)
  }
}

/** Checks for a plain object. `Headers`, `URLSearchParams`, `Map` and lists have no own fields, and are rejected. */
export function record<T extends object>(name: string, value: T | undefined): T | Record<string, never> {
  if (value === undefined || value === null) return {}
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  if (prototype === null || prototype === Object.prototype) return value
  throw badInput(`${name}: expected an object of names and values, got ${kindOf(value)}`)
}
