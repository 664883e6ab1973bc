import { env } from 'node:process'

/** A variable of the environment that is set. */
export interface ProxyVariable {
  readonly name: string
  readonly value: string
}

/** What the environment says about proxies, in the variables that curl and most other tools read: lower case wins. */
export function proxyEnvironment(): {
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

/** The first of these that is set. Empty means none, also where a later one is not. */
function variable(...names: readonly string[]): ProxyVariable | undefined {
  const name = names.find((one) => env[one] !== undefined)
  const value = name === undefined ? '' : env[name]!.trim()
  return name === undefined || value === '' ? undefined : { name, value }
}
