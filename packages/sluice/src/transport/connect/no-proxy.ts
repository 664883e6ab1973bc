import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'

/** True if a host is reached without the proxy. */
export type NoProxy = (hostname: string, port: number) => boolean

/**
 * Parses `NO_PROXY` as Go, Python and curl 7.86 do: names including their subdomains, addresses, networks such as
 * `10.0.0.0/8`, each with or without a port, separated by commas or spaces; `*` matches all hosts. Invalid entries
 * match nothing.
 */
export function parseNoProxy(value: string): NoProxy {
  const rules = value
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .map(ruleOf)
  return (hostname, port) => rules.some((rule) => rule(hostname, port))
}

function ruleOf(entry: string): NoProxy {
  const { host, port } = split(entry)
  const matches = hostRule(host)
  return (hostname, itsPort) => (port === undefined || port === itsPort) && matches(hostname)
}

function hostRule(host: string): (hostname: string) => boolean {
  if (host === '*') return () => true
  const [address = '', bits] = host.split('/', 2)
  const family = isIP(address)
  if (family !== 0) return networkRule(address, family, bits)
  const isWildcard = host.startsWith('*.')
  const name = domainToASCII(host.replace(/^\*?\./, '').replace(/\.$/, ''))
  if (name === '') return () => false
  return (hostname) => {
    const asked = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
    return (asked === name && !isWildcard) || asked.endsWith(`.${name}`)
  }
}

function networkRule(address: string, family: number, bits: string | undefined): (hostname: string) => boolean {
  const longest = family === 4 ? 32 : 128
  const length = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (!(length <= longest)) return () => false
  const network = new BlockList()
  network.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6')
  return (hostname) => {
    const its = isIP(hostname)
    return its !== 0 && network.check(hostname, its === 4 ? 'ipv4' : 'ipv6')
  }
}

/** Parses `host:port`, `[::1]:port` or `[::1]`; an IPv6 address without brackets has no port. */
function split(entry: string): { readonly host: string; readonly port?: number } {
  const bracketed = /^\[([^\]]*)\](\/\d+)?(?::(\d+))?$/.exec(entry)
  if (bracketed !== null) return withPort(`${bracketed[1]}${bracketed[2] ?? ''}`, bracketed[3])
  const named = /^([^:]*):(\d+)$/.exec(entry)
  return named === null ? { host: entry } : withPort(named[1]!, named[2])
}

function withPort(host: string, port: string | undefined): { readonly host: string; readonly port?: number } {
  return port === undefined ? { host } : { host, port: Number(port) }
}
