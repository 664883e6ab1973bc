import { bytesOfBase64, utf8Text } from '#platform'
import { percentDecode } from './join-url.ts'
import { redactUrl } from './redact.ts'
import { isSecretHeader, isSecretParameter } from './secret-names.ts'

/** Values of headers with secret names, and their parts. */
export function secretsInHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (isSecretHeader(name) ? secretsOf(value) : []))
}

/** Secrets of a URL: user and password, and parameters with secret names; empty for an invalid URL. */
export function secretsInUrl(text: string): string[] {
  const url = redactUrl(text) === text ? null : URL.parse(text)
  if (url === null) return []
  const { username, password, searchParams } = url
  const [user, secret] = [percentDecode(username), percentDecode(password)]
  const users = secret === '' ? (user === '' ? [] : [user]) : [secret, `${user}:${secret}`]
  return [...users, ...Array.from(searchParams).flatMap(([name, value]) => (isSecretParameter(name) ? [value] : []))]
}

/** Secrets in a header value: the whole value, the part after a scheme, a password, the values of cookies. */
export function secretsOf(value: string): string[] {
  const behindScheme = /^[A-Za-z][\w-]* +(\S.*)$/s.exec(value)?.[1]
  const pair = /^basic /i.test(value) ? utf8Text(bytesOfBase64(behindScheme ?? '')) : ''
  const passwordStart = pair.indexOf(':') + 1
  const cookies = value.split(/; */).map((cookie) => cookie.slice(cookie.indexOf('=') + 1))
  return [
    value,
    ...(behindScheme === undefined ? [] : [behindScheme]),
    // Without a password, the user is an API key.
    ...(passwordStart > 0 ? [pair, pair.slice(passwordStart) || pair.slice(0, -1)] : []),
    ...cookies.filter((cookie) => cookie.length >= shortestCookie),
  ]
}

/** Minimum length of a secret cookie; shorter ones are usually settings. */
const shortestCookie = 8
