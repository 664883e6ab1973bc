import { env } from 'node:process'
import { SettingsError } from '../../errors/settings-error.ts'
import { type NoProxy, parseNoProxy } from './no-proxy.ts'

/** An HTTP proxy, as an option or a variable of the environment names it. */
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
 * Reads the URL of a proxy, as curl does: the scheme may be missing, and credentials may hold any character.
 *
 * @throws SettingsError that begins with `name` and shows nothing of the value, which may hold a password.
 */
export function parseProxy(name: string, value: string): ProxyAddress {
  const text = value.trim()
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)
  const protocol = `${scheme?.[1]?.toLowerCase() ?? 'http'}:`
  if (protocol.startsWith('socks')) {
    throw new SettingsError(`${name}: SOCKS proxies are not supported: give the URL of an http or https proxy`)
  }
  const rest = text.slice(scheme?.[0].length ?? 0)
  // The last @ ends the credentials: a password may hold any of @ / ? # as it is.
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

/** Undoes percent-encoding; a `%` that begins none stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'))
  } catch {
    return text
  }
}

/** The proxy that leads to an origin; undefined for a direct connection. */
export type ProxyRules = (origin: string) => ProxyAddress | undefined

/**
 * Reads the `proxy` option: a URL, `'environment'` or `'none'`. Undefined if every connection is direct.
 *
 * @throws SettingsError that names the option or the variable, and shows no password.
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

/** A variable of the environment that is set. */
interface ProxyVariable {
  readonly name: string
  readonly value: string
}

/** Proxies in the environment variables that curl and most other tools read: lower case wins. */
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

/** The first of these variables that is set. An empty one means none, even if a later one is set. */
function variable(...names: readonly string[]): ProxyVariable | undefined {
  const name = names.find((one) => env[one] !== undefined)
  const value = name === undefined ? '' : env[name]!.trim()
  return name === undefined || value === '' ? undefined : { name, value }
}
