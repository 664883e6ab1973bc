import { decodePercents, isSecretHeader, isSecretParameter, secretHints } from './secret-names.ts'

/** Text in place of a secret. */
export const mask = '***'

/** The same headers with credentials masked. */
export function redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? mask : value]))
}

/** URLs within URLs are followed no deeper than this. */
const deepest = 4

/**
 * The same URL with credentials masked: a user and password, and parameters that are keys by their name, in the query, the path
 * (`;token=`), the fragment, and in URLs that are values themselves. The text may be no URL at all. Takes time in proportion
 * to its length, whatever stands in it.
 */
export function redactUrl(url: string): string {
  return /[@%=]/.test(url) && mayHoldSecret.test(url) ? redacted(url, 0) : url
}

/** Most URLs have nothing in them that could be a secret: one look is enough for those. */
const mayHoldSecret = new RegExp(`[@%]|${secretHints.join('|')}`, 'i')

function redacted(url: string, depth: number): string {
  const shown = withoutPairs(withoutInnerUsers(withoutUser(url, depth > 0)), depth)
  return shown === url ? url : shown
}

/** Prefix of an authority, as browsers read it: blanks, control characters and backslashes are no obstacle. */
const beforeAuthority = /^[\0-\x20]*(?:(?:[a-z][a-z0-9+.\t\n\r-]*:)?[\t\n\r]*[\\/][\\/\t\n\r]*)?/i

/**
 * Masks what stands before the last `@` of the authority. A password that was not percent-encoded may have any character
 * in it: where the port is no number, everything up to the last `@` of the text is taken for user and password.
 */
function withoutUser(url: string, isValue: boolean): string {
  const before = beforeAuthority.exec(url)![0]
  const slashes = before.trimStart()
  // One slash without a scheme begins a path, and a value without any may be the address of a mailbox.
  if (slashes === '/' || slashes === '\\' || (isValue && slashes === '')) return url
  const end = url.slice(before.length).search(/[\\/?#]/)
  const authority = end === -1 ? url.slice(before.length) : url.slice(before.length, before.length + end)
  const userEnd = authority.lastIndexOf('@')
  const isHost = /^(?:\[[^\]]*\]|[^:[\]]*)(?::\d*)?$/.test(authority.slice(userEnd + 1))
  const at = isHost ? userEnd + before.length : lastAt(url)
  return at <= before.length ? url : before + mask + url.slice(at)
}

/** Where the last `@` stands, or the last `%40` if there is none. */
function lastAt(url: string): number {
  const plain = url.lastIndexOf('@')
  return plain === -1 ? url.lastIndexOf('%40') : plain
}

/** The same in URLs further in: of a path, or of a value that was not encoded. */
function withoutInnerUsers(url: string): string {
  return url.includes('@') ? url.replace(/(:[\\/]{2,})[^\\/?#&;]*@/g, `$1${mask}@`) : url
}

/** Masks the values of parameters that are secret by their name. */
function withoutPairs(url: string, depth: number): string {
  const queryStart = url.search(/[?#]/)
  const path = queryStart === -1 ? url : url.slice(0, queryStart)
  const shown = path.replace(/[^/;]+/g, (part) => withoutSecret(part, depth))
  // Within a secret only `&` and `#` end it, unless another name follows.
  return (
    shown +
    url.slice(path.length).replace(/[^?&;#]+(?:[?;](?![^?&;#]*=)[^?&;#]*)*/g, (part) => withoutSecret(part, depth))
  )
}

/** Short ones are codes of countries and currencies, long ones those of a sign-in, or keys of functions. */
const secretWhenLong = /^(?:code|hash|sign)$/i
const longCode = 16

function withoutSecret(part: string, depth: number): string {
  const valueStart = part.indexOf('=') + 1
  const name = part.slice(0, Math.max(0, valueStart - 1))
  const value = part.slice(valueStart)
  const isSecret = name !== '' && (isSecretParameter(name) || (value.length >= longCode && secretWhenLong.test(name)))
  return isSecret || holdsSecret(value, depth) ? part.slice(0, valueStart) + mask : part
}

/** True if a value is a URL with a secret in it, or parameters, percent-encoded as such values are. */
function holdsSecret(value: string, depth: number): boolean {
  if (depth === deepest || !value.includes('%')) return false
  const decoded = decodePercents(value)
  return mayHoldSecret.test(decoded) && redacted(decoded, depth + 1) !== decoded
}
