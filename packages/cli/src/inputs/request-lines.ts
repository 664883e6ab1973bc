import { JsonNumber, parseDuration, type RequestSpec, SettingsError } from 'sluice'
import { parseJson } from 'sluice/http'
import { framing, JsonTooDeepError, suggestion } from 'sluice/internal'
import { badItem, type InputItem, jsonProblem, type LineReader, lineByLine, maskUrl, type Where } from './input-item.ts'
import { completeUrl, urlItem, urlProblem } from './url-lines.ts'

/** Reads one request a line, as a JSON object with at least a `url`, or as a JSON string that is the URL. */
export function requestLines(source: string, baseUrl?: string): LineReader {
  return lineByLine(({ number, text, problem }) => {
    const where = { source, line: number }
    if (problem !== undefined) return badItem(where, problem)
    if (text.trim() === '') return undefined
    let value: unknown
    try {
      value = parseJson(text, 'source')
    } catch (error) {
      const item = badItem(where, jsonProblem(error))
      return error instanceof JsonTooDeepError ? { ...item, failsAlone: true } : item
    }
    return typeof value === 'string' ? urlItem(value, where, baseUrl) : requestItem(value, where, baseUrl)
  })
}

function requestItem(value: unknown, where: Where, baseUrl: string | undefined): InputItem {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return badItem(where, 'expected a JSON object with a "url", or a JSON string')
  }
  const fields = withPlainNumbers(value as Readonly<Record<string, unknown>>)
  const id = idOf(fields)
  for (const [name, field] of Object.entries(fields)) {
    const problem = requestFieldProblem(name, field)
    if (problem !== undefined) return badItem(where, problem, id)
  }
  const { url: text, json, body } = fields
  if (typeof text !== 'string') return badItem(where, 'the "url" is missing', id)
  if (json !== undefined && body !== undefined) {
    return badItem(where, 'a request has either "body" or "json", not both', id)
  }
  const url = completeUrl(text, baseUrl)
  const problem = urlProblem(url, baseUrl)
  if (problem !== undefined) return badItem(where, problem, id)
  return { ok: true, request: { ...(fields as unknown as RequestSpec), url }, where }
}

/** The same with numbers as their fields take them: text for an id and in a query, with all digits. `json` and `meta` keep theirs. */
function withPlainNumbers(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainField(name, value)]))
}

function plainField(name: string, value: unknown): unknown {
  if (name === 'json' || name === 'meta') return value
  if (value instanceof JsonNumber) return name === 'id' ? String(value) : Number(value)
  if (name !== 'query' || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, Array.isArray(one) ? one.map(digits) : digits(one)]),
  )
}

function digits(value: unknown): unknown {
  return value instanceof JsonNumber ? String(value) : value
}

/** The name of a request that may be wrong in every respect; nothing if there is none. */
function idOf({ id, url }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof id === 'string' || typeof id === 'number') return String(id)
  return typeof url === 'string' && url !== '' ? maskUrl(url) : undefined
}

/** Checks of the fields of a request line: each returns the problem of a value, without repeating it. */
const fields: ReadonlyMap<string, (value: unknown) => string | undefined> = new Map([
  ['id', (value) => (isText(value) || Number.isFinite(value) ? undefined : expected('text or a number', value))],
  [
    'method',
    (value) => (isText(value) && token.test(value) ? undefined : expected('a method such as GET or POST', value)),
  ],
  ['url', (value) => (isText(value) ? undefined : expected('text', value))],
  ['query', queryProblem],
  ['headers', headersProblem],
  ['body', (value) => (typeof value === 'string' ? undefined : expected('text; an object belongs into "json"', value))],
  ['json', () => undefined],
  ['weight', (value) => (isNumber(value) && value > 0 ? undefined : expected('a number above 0', value))],
  ['priority', (value) => (isNumber(value) ? undefined : expected('a number', value))],
  ['partition', (value) => (isText(value) ? undefined : expected('text', value))],
  ['timeout', timeoutProblem],
  ['meta', () => undefined],
])

/** A name or method as RFC 9110 section 5.6.2 allows it. */
export const token: RegExp = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Written by the transport: set by hand they would make one request look like two (RFC 9112 section 11). */
const ofConnection: ReadonlySet<string> = new Set([
  ...framing,
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
])

/** Problem of a field of a request line, in words; undefined if it can be used. Values are never repeated. */
function requestFieldProblem(name: string, value: unknown): string | undefined {
  const check = fields.get(name)
  if (check === undefined) {
    return `there is no field ${JSON.stringify(name)}${suggestion(name, fields.keys()) || `; the fields are ${[...fields.keys()].join(', ')}`}`
  }
  const problem = check(value)
  return problem === undefined ? undefined : `"${name}": ${problem}`
}

function queryProblem(value: unknown): string | undefined {
  if (!isObject(value)) return expected('an object', value)
  for (const [name, one] of Object.entries(value)) {
    for (const each of Array.isArray(one) ? one : [one]) {
      if (typeof each === 'object' && each !== null) {
        return `${JSON.stringify(name)} must be text, a number, true, false or a list of those`
      }
    }
  }
  return undefined
}

function headersProblem(value: unknown): string | undefined {
  if (!isObject(value)) return expected('an object', value)
  for (const [name, one] of Object.entries(value)) {
    const problem = headerProblem(name, one)
    if (problem !== undefined) return `${JSON.stringify(name)} ${problem}`
  }
  return undefined
}

/** Why a request cannot have this header; undefined if it can. The value is never repeated. */
export function headerProblem(name: string, value: unknown): string | undefined {
  if (!token.test(name)) return 'is not a header name'
  if (ofConnection.has(name.toLowerCase())) return 'cannot be set; it is written by the connection'
  if (typeof value !== 'string') return 'must be text'
  return /[^\t\x20-\x7e\x80-\xff]/.test(value) ? 'has a character that no header may have' : undefined
}

function timeoutProblem(value: unknown): string | undefined {
  try {
    if ((isNumber(value) || isText(value)) && parseDuration('timeout', value) > 0) return undefined
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
  }
  return expected('milliseconds, or a duration such as "30s"', value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function expected(what: string, value: unknown): string {
  const kind =
    value === null ? 'null' : value === '' ? 'empty text' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
  return `expected ${what}, got ${kind.replace('a object', 'an object')}`
}
