import { SettingsError } from '../../errors/settings-error.ts'

/** An HTTP proxy, as an option or a variable of the environment names it. */
export interface ProxyAddress {
  readonly protocol: 'http:' | 'https:'
  readonly hostname: string
  readonly port: number
  /** With the scheme, without credentials: for messages, and to tell proxies apart. */
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
