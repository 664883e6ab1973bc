import { BodyError, type SchemaIssue } from '../../transport/errors.ts'
import type { SchemaVerdict } from './standard-schema.ts'

/** Issues that a message tells of; it says how many others there are. */
const mostTold = 3
/** Issues that an error keeps. */
const mostKept = 100
/** Letters of an issue in a message. */
const longestIssue = 200

type Issues = Extract<SchemaVerdict<unknown>, { readonly issues: readonly unknown[] }>['issues']

/** What does not fit, in one line: `the body does not fit its schema: items[3].price: expected number`. */
export function schemaError(vendorIssues: Issues, status: number): BodyError {
  const issues = vendorIssues.slice(0, mostKept).map(plainIssue)
  const told = issues.slice(0, mostTold).map(issueText)
  const others = vendorIssues.length - told.length
  if (others > 0) told.push(others === 1 ? '1 other' : `${others} others`)
  const message = `the body does not fit its schema: ${told.join('; ')}`
  return new BodyError('SLUICE_SCHEMA', message, status, undefined, issues)
}

/** Without what vendors add: some add the value that was wrong, which may be a secret. */
function plainIssue({ message, path }: Issues[number]): SchemaIssue {
  const keys = path?.map((part) => (typeof part === 'object' ? part.key : part)) ?? []
  return { path: keys, message: String(message) }
}

function issueText({ path, message }: SchemaIssue): string {
  const place = pathText(path)
  const text = oneLine(message)
  // Some vendors begin with the place themselves.
  return cut(place === '' || text.startsWith(place) ? text : `${oneLine(place)}: ${text}`)
}

/** `items[3].price`, `headers["x-id"]`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, position) => {
      if (typeof key === 'symbol') return `[${String(key)}]`
      if (/^\d+$/.test(String(key))) return `[${String(key)}]`
      if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(String(key))) return `[${JSON.stringify(key)}]`
      return position === 0 ? String(key) : `.${String(key)}`
    })
    .join('')
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}

function cut(text: string): string {
  return text.length <= longestIssue ? text : `${text.slice(0, longestIssue - 1)}…`
}
