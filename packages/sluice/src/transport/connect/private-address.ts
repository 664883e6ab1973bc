import type { LookupAddress } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { ConnectError } from '../errors.ts'

/** Networks that are not the public internet (IANA special-purpose registries): this machine, private and shared networks, link-local, test, multicast. */
const networks: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 127],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
]

/** IPv6 prefixes that embed an IPv4 address, and its offset in bytes. */
const embedding: readonly (readonly [prefix: string, at: number])[] = [
  ['00000000000000000000ffff', 12],
  ['0000000000000000ffff0000', 12],
  ['000000000000000000000000', 12],
  ['0064ff9b0000000000000000', 12],
  ['0064ff9b0001', 12],
  ['2002', 2],
]

const blocked = new BlockList()
for (const [network, bits] of networks) blocked.addSubnet(network, bits, network.includes(':') ? 'ipv6' : 'ipv4')

/**
 * True for an address that is not on the public internet, including IPv4 embedded in IPv6. False if it is not an
 * address.
 */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  const family = isIP(plain)
  if (family === 0) return false
  if (family === 4) return blocked.check(plain, 'ipv4')
  if (blocked.check(plain, 'ipv6')) return true
  const hex = hexOf(plain)
  return embedding.some(([prefix, at]) => {
    if (!hex.startsWith(prefix)) return false
    const bytes = [0, 1, 2, 3].map((index) => Number.parseInt(hex.slice((at + index) * 2, (at + index) * 2 + 2), 16))
    return blocked.check(bytes.join('.'), 'ipv4')
  })
}

/** Public addresses of a host. @throws ConnectError if there are none */
export function publicAddresses(hostname: string, addresses: readonly LookupAddress[]): readonly LookupAddress[] {
  const allowed = addresses.filter(({ address }) => !isPrivateAddress(address))
  if (allowed.length === 0 && addresses.length > 0) throw denied(hostname, addresses[0]?.address)
  return allowed
}

/** @throws ConnectError for a host that is private by its name: an address, or `localhost` */
export function checkPublicHost(hostname: string): void {
  if (isPrivateHost(hostname)) throw denied(hostname)
}

/** True for a private address, and for names of this machine (RFC 6761 section 6.3). */
export function isPrivateHost(hostname: string): boolean {
  return isPrivateAddress(hostname) || /^(?:.+\.)?localhost\.?$/i.test(hostname)
}

function denied(hostname: string, address = hostname): ConnectError {
  const place = address === hostname ? hostname : `${hostname} (${address})`
  return new ConnectError(
    'SLUICE_PRIVATE_ADDRESS',
    `cannot connect to ${place}: its address is private, and denyPrivateAddresses is set`,
  )
}

/** IPv6 address in 32 hexadecimal digits. */
function hexOf(address: string): string {
  const [, canonical] = /^\[(.*)\]$/.exec(new URL(`http://[${address}]`).hostname)!
  const [head, tail] = canonical!.split('::')
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'))
  const [first, last] = [groups(head), groups(tail)]
  const middle = Array<string>(8 - first.length - last.length).fill('0')
  return [...first, ...middle, ...last].map((group) => group.padStart(4, '0')).join('')
}
