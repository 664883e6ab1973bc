import { decodePercents, isSecretHeader, isSecretParameter, secretHints } from './secret-names.ts'

/** Replacement for secrets. */
export const mask = '***'

/** Masks credentials in headers. */
export function redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? mask : value]))
}

/** Maximum depth of URLs within URLs. */
const deepest = 4

/**
 * Masks credentials in a URL: user and password, and parameters with secret names, in the query, the path (`;token=`),
 * the fragment, and in URLs that are parameter values. Accepts invalid URLs. Takes linear time for any
 * input.
 */
export function redactUrl(url: string): string {
  return /[@%=]/.test(url) && mayHoldSecret.test(url) ? redacted(url, 0) : url
}

/** Quick check: most URLs have no part that could be a secret. */
const mayHoldSecret = new RegExp(`[@%]|${secretHints.join('|')}`, 'i')

function redacted(url: string, depth: number): string {
  const shown = withoutPairs(withoutInnerUsers(withoutUser(url, depth > 0)), depth)
  return shown === url ? url : shown
}

/** Text before the authority, as browsers read it: blanks, control characters and backslashes are accepted. */
const beforeAuthority = /^[\0-\x20]*(?:(?:[a-z][a-z0-9+.\t\n\r-]*:)?[\t\n\r]*[\\/][\\/\t\n\r]*)?/i

/**
 * Masks the text before the last `@` of the authority. A password without percent-encoding may have any character: if
 * the port is not a number, everything up to the last `@` of the text is treated as user and password.
 */
function withoutUser(url: string, isValue: boolean): string {
  const before = beforeAuthority.exec(url)![0]
  const slashes = before.trimStart()
  // Without a scheme, a single slash starts a path, and a value without slashes may be an email address.
  if (slashes === '/' || slashes === '\\' || (isValue && slashes === '')) return url
  const end = url.slice(before.length).search(/[\\/?#]/)
  const authority = end === -1 ? url.slice(before.length) : url.slice(before.length, before.length + end)
  const userEnd = authority.lastIndexOf('@')
  const isHost = /^(?:\[[^\]]*\]|[^:[\]]*)(?::\d*)?$/.test(authority.slice(userEnd + 1))
  const at = isHost ? userEnd + before.length : lastAt(url)
  return at <= before.length ? url : before + mask + url.slice(at)
}

/** Position of the last `@`, or of the last `%40` if there is none. */
function lastAt(url: string): number {
  const plain = url.lastIndexOf('@')
  return plain === -1 ? url.lastIndexOf('%40') : plain
}

/** Masks users in nested URLs, in the path or in a value that is not encoded. */
function withoutInnerUsers(url: string): string {
  return url.includes('@') ? url.replace(/(:[\\/]{2,})[^\\/?#&;]*@/g, `$1${mask}@`) : url
}

/** Masks the values of parameters with secret names. */
function withoutPairs(url: string, depth: number): string {
  const queryStart = url.search(/[?#]/)
  const path = queryStart === -1 ? url : url.slice(0, queryStart)
  const shown = path.replace(/[^/;]+/g, (part) => withoutSecret(part, depth))
  // Only `&` and `#` end a secret, unless another name follows.
  return (
    shown +
    url.slice(path.length).replace(/[^?&;#]+(?:[?;](?![^?&;#]*=)[^?&;#]*)*/g, (part) => withoutSecret(part, depth))
  )
}

/** Short values are codes of countries and currencies; long ones are sign-in codes or function keys. */
const secretWhenLong = /^(?:code|hash|sign)$/i
const longCode = 16

function withoutSecret(part: string, depth: number): string {
  const valueStart = part.indexOf('=') + 1
  const name = part.slice(0, Math.max(0, valueStart - 1))
  const value = part.slice(valueStart)
  const isSecret = name !== '' && (isSecretParameter(name) || (value.length >= longCode && secretWhenLong.test(name)))
  return isSecret || holdsSecret(value, depth) ? part.slice(0, valueStart) + mask : part
}

/** True if a value is a URL or parameters with a secret, percent-encoded as such values are. */
function holdsSecret(value: string, depth: number): boolean {
  if (depth === deepest || !value.includes('%')) return false
  const decoded = decodePercents(value)
  return mayHoldSecret.test(decoded) && redacted(decoded, depth + 1) !== decoded
}
