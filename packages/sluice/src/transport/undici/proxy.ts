import { env } from 'node:process'

/** Whether the environment names a proxy, in the variables that curl and most other tools read. */
export function environmentNamesProxy(): boolean {
  return ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'].some((name) => (env[name] ?? '') !== '')
}
