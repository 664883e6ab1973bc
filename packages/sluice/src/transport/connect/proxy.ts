import { env } from 'node:process'
import { SettingsError } from '../../errors/settings-error.ts'
import { type NoProxy, parseNoProxy } from './no-proxy.ts'

/** An HTTP proxy from an option or an environment variable. */
export interface ProxyAddress {
  readonly protocol: 'http:' | 'https:'
  readonly hostname: string
  readonly port: number
  /** Scheme, host and port, without credentials. */
  readonly origin: string
  /** Value of `proxy-authorization`, if the URL has credentials. */
  readonly authorization?: string
}

/**
 * Parses the URL of a proxy as curl does: the scheme is optional, and credentials may contain any character.
 *
 * @throws SettingsError that starts with `name` and shows nothing of the value, which may contain a password
 */
export function parseProxy(name: string, value: string): ProxyAddress {
  const text = typeof value === 'string' ? value.trim() : ' '
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)
  const protocol = `${scheme?.[1]?.toLowerCase() ?? 'http'}:`
  if (protocol.startsWith('socks')) {
    throw new SettingsError(`${name}: SOCKS proxies are not supported: give the URL of an http or https proxy`)
  }
  const rest = text.slice(scheme?.[0].length ?? 0)
  // The last @ ends the credentials: a password may contain @ / ? # unescaped.
  const at = rest.lastIndexOf('@')
  const place = `${protocol}//${rest.slice(at + 1)}`
  if ((protocol !== 'http:' && protocol !== 'https:') || /\s/.test(text) || !URL.canParse(place)) {
    throw new SettingsError(`${name}: expected the URL of an http or https proxy, such as http://proxy.example:3128`)
  }
  const { hostname, port, origin } = new URL(place)
  const credentials = at === -1 ? undefined : rest.slice(0, at)
  return {
    protocol,
    hostname: hostname.replace(/^\[(.+)\]$/, '$1'),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    origin,
    ...(credentials ? { authorization: basic(credentials) } : undefined),
  }
}

function basic(credentials: string): string {
  const colon = credentials.indexOf(':')
  const user = colon === -1 ? credentials : credentials.slice(0, colon)
  const password = colon === -1 ? '' : credentials.slice(colon + 1)
  return `Basic ${Buffer.from(`${decoded(user)}:${decoded(password)}`).toString('base64')}`
}

/** Decodes percent-encoding; an invalid `%` is kept. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'))
  } catch {
    return text
  }
}

/** Proxy for an origin; undefined for a direct connection. */
export type ProxyRules = (origin: string) => ProxyAddress | undefined

/**
 * Parses the `proxy` option: a URL, `'environment'` or `'none'`. Undefined if all connections are direct.
 *
 * @throws SettingsError that names the option or the variable, and shows no password
 */
export function proxyRules(option: string): ProxyRules | undefined {
  if (option === 'none') return undefined
  if (option !== 'environment') {
    const proxy = parseProxy('proxy', option)
    return () => proxy
  }
  const { http, https, noProxy } = proxyEnvironment()
  if (http === undefined && https === undefined) return undefined
  const forHttp = http && parseProxy(http.name, http.value)
  const forHttps = https === undefined ? forHttp : parseProxy(https.name, https.value)
  return unless(parseNoProxy(noProxy), forHttp, forHttps)
}

function unless(
  isExcepted: NoProxy,
  forHttp: ProxyAddress | undefined,
  forHttps: ProxyAddress | undefined,
): ProxyRules {
  return (origin) => {
    const { protocol, hostname, port } = new URL(origin)
    const isSecure = protocol === 'https:'
    const number = port === '' ? (isSecure ? 443 : 80) : Number(port)
    return isExcepted(hostname.replace(/^\[(.+)\]$/, '$1'), number) ? undefined : isSecure ? forHttps : forHttp
  }
}

/** An environment variable that is set. */
interface ProxyVariable {
  readonly name: string
  readonly value: string
}

/** Proxies from the environment variables that curl and most other tools use: lower case takes precedence. */
function proxyEnvironment(): {
  readonly http: ProxyVariable | undefined
  readonly https: ProxyVariable | undefined
  readonly noProxy: string
} {
  return {
    http: variable('http_proxy', 'HTTP_PROXY'),
    https: variable('https_proxy', 'HTTPS_PROXY'),
    noProxy: variable('no_proxy', 'NO_PROXY')?.value ?? '',
  }
}

/** First of these variables that is set. An empty one means no proxy, even if a later one is set. */
function variable(...names: readonly string[]): ProxyVariable | undefined {
  const name = names.find((one) => env[one] !== undefined)
  const value = name === undefined ? '' : env[name]!.trim()
  return name === undefined || value === '' ? undefined : { name, value }
}
