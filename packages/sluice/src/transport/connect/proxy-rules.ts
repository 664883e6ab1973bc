import { type NoProxy, parseNoProxy } from './no-proxy.ts'
import { type ProxyAddress, parseProxy } from './proxy.ts'
import { proxyEnvironment } from './proxy-environment.ts'

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
