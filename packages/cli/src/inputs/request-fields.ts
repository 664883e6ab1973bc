import { parseDuration, SettingsError } from 'sluice'
import { framing, isObject, suggestion } from 'sluice/internal'

/** Checks of the fields of a request line. Each returns the problem of a value, without repeating it. */
const fields: ReadonlyMap<string, (value: unknown) => string | undefined> = new Map([
  ['id', (value) => (isText(value) || Number.isFinite(value) ? undefined : expected('text or a number', value))],
  [
    'method',
    (value) => (isText(value) && token.test(value) ? undefined : expected('a method such as GET or POST', value)),
  ],
  ['url', (value) => (isText(value) ? undefined : expected('text', value))],
  ['query', queryProblem],
  ['headers', headersProblem],
  ['body', (value) => (typeof value === 'string' ? undefined : expected('text; an object belongs in "json"', value))],
  ['json', () => undefined],
  ['weight', (value) => (isNumber(value) && value > 0 ? undefined : expected('a number above 0', value))],
  ['cost', costProblem],
  ['priority', (value) => (isNumber(value) ? undefined : expected('a number', value))],
  ['partition', (value) => (isText(value) ? undefined : expected('text', value))],
  ['timeout', timeoutProblem],
  ['meta', () => undefined],
])

/** Pattern of a header name or method (RFC 9110 section 5.6.2). */
export const token: RegExp = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Headers written by the transport: set by hand they would allow request smuggling (RFC 9112 section 11). */
const ofConnection: ReadonlySet<string> = new Set([
  ...framing,
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
])

/** True for the name of a field, including misspelt ones. */
export function isRequestField(name: string): boolean {
  return fields.has(name) || suggestion(name, fields.keys()) !== ''
}

/** Problem of a field of a request line; undefined if it is valid. Values are never repeated. */
export function requestFieldProblem(name: string, value: unknown): string | undefined {
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

/** Problem of a request header; undefined if it is valid. The value is never repeated. */
export function headerProblem(name: string, value: unknown): string | undefined {
  if (!token.test(name)) return 'is not a header name'
  if (ofConnection.has(name.toLowerCase())) return 'cannot be set: the transport writes it'
  if (typeof value !== 'string') return 'must be text'
  return /[^\t\x20-\x7e\x80-\xff]/.test(value) ? 'contains a character that headers do not allow' : undefined
}

function costProblem(value: unknown): string | undefined {
  const isCost = isObject(value) && Object.values(value).every((one) => isNumber(one) && one >= 0)
  return isCost ? undefined : expected('numbers by unit, such as {"tokens":1200}', value)
}

function timeoutProblem(value: unknown): string | undefined {
  try {
    if (isNumber(value) || isText(value)) {
      parseDuration('timeout', value)
      return undefined
    }
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

function expected(what: string, value: unknown): string {
  const kind =
    value === null ? 'null' : value === '' ? 'empty text' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
  return `expected ${what}, got ${kind.replace('a object', 'an object')}`
}
