/** Header names whose values are credentials. */
const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'api-key',
  'x-auth-token',
  'x-amz-security-token',
])

/** Header and parameter names that sound like credentials. */
const secretName = /(^|[-_.])(token|secret|password|passwd|pwd|api[-_]?key|signature|sig|credential)s?$/i
/** Query parameters that are keys on well-known APIs, though their names alone would not tell. */
const secretParameters: ReadonlySet<string> = new Set(['key', 'apikey', 'accesstoken', 'auth', 'access_key'])

/** What stands in place of a secret. */
export const mask = '***'

/** Whether the value of this header must not be shown. */
export function isSecretHeader(name: string): boolean {
  const lower = name.toLowerCase()
  // About credentials, and none itself.
  if (lower === 'access-control-allow-credentials') return false
  return secretHeaders.has(lower) || secretName.test(lower) || (lower.endsWith('-key') && lower !== 'idempotency-key')
}

/** Whether the value of this query parameter must not be shown. */
export function isSecretParameter(name: string): boolean {
  return secretParameters.has(name.toLowerCase()) || secretName.test(name.replace(/([a-z0-9])([A-Z])/g, '$1-$2'))
}

/** The same headers with credentials masked. */
export function redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? mask : value]))
}

/**
 * What stands before an `@` where a host is expected. Wider than the grammar, because what is shown may be no URL at all:
 * white space in front, backslashes, no slashes (`ada:secret@host`), and an `@` within the password.
 */
const userInfo = /^(\s*(?:[a-z][a-z0-9+.-]*:(?=[\\/]))?[\\/]*)[^\\/?#]+@/i

/** Most URLs have nothing in them that any of the rules below could mean: one look is enough for those. */
const mayHoldSecret = /@|\?.*(?:%|key|token|secret|passw|pwd|sig|credential|auth)/is

/** The same URL with credentials masked: a user and password, and query parameters that are keys by their name. */
export function redactUrl(url: string): string {
  if (!mayHoldSecret.test(url)) return url
  const withoutUser = url.replace(userInfo, `$1${mask}@`)
  const queryStart = withoutUser.indexOf('?')
  if (queryStart === -1) return withoutUser
  return (
    withoutUser.slice(0, queryStart) + withoutUser.slice(queryStart).replace(/([?&])([^=&#]+)=([^&#]*)/g, redactPair)
  )
}

function redactPair(pair: string, separator: string, name: string): string {
  return isSecretParameter(decodeName(name)) ? `${separator}${name}=${mask}` : pair
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
