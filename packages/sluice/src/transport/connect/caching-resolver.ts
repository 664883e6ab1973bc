import { type LookupAddress, lookup } from 'node:dns'
import { isIP } from 'node:net'
import { BoundedMap } from '../../algorithms/bounded-map.ts'
import { oneOf } from '../../errors/checks.ts'
import type { Clock } from '../../time/clock.ts'

/** Order in which the addresses of a host are tried: IPv4 first, IPv6 first, or as the resolver returns them. @inline */
export type DnsResultOrder = 'ipv4first' | 'ipv6first' | 'verbatim'

/** Resolves a host name to its addresses. Rejects with the system's error if there are none. */
export type Resolver = (hostname: string) => Promise<readonly LookupAddress[]>

interface Entry {
  readonly answer: Promise<readonly LookupAddress[]>
  readonly expiresAt: number
  turn: number
}

/** Time in milliseconds for which an answer is cached. The system's resolver does not report the record's own TTL. */
const timeToLive = 10_000
/** Maximum number of cached names, so that a run over millions of hosts stays small. */
const maxNames = 1_000

/**
 * Resolver that asks the system once for many connections, and spreads them over all addresses of a name. The system's
 * resolver uses four threads, so a thousand lookups would queue.
 */
export function cachingResolver(clock: Clock, lookUp: Resolver = systemLookup()): Resolver {
  const entries = new BoundedMap<string, Entry>(maxNames)

  const find = (hostname: string): Entry => {
    const known = entries.get(hostname)
    if (known !== undefined && known.expiresAt > clock.now()) return known
    const entry = { answer: lookUp(hostname), expiresAt: clock.now() + timeToLive, turn: 0 }
    entry.answer.catch(() => {
      if (entries.get(hostname) === entry) entries.delete(hostname)
    })
    entries.set(hostname, entry)
    return entry
  }

  return async (hostname) => {
    const family = isIP(hostname)
    if (family !== 0) return [{ address: hostname, family }]
    const entry = find(hostname)
    return rotate(await entry.answer, entry.turn++)
  }
}

/** The system's resolver; without an order, that of the process. @throws SettingsError for any other order */
export function systemLookup(order?: DnsResultOrder): Resolver {
  if (order !== undefined) oneOf('dnsResultOrder', order, orders)
  const options = order === undefined ? ({ all: true } as const) : ({ all: true, order } as const)
  return (hostname) =>
    new Promise((done, fail) => {
      lookup(hostname, options, (error, addresses) => (error === null ? done(addresses) : fail(error)))
    })
}

const orders: readonly string[] = ['ipv4first', 'ipv6first', 'verbatim']

/** Rotates within the first address family only, so that the system's preference between families stays. */
function rotate(addresses: readonly LookupAddress[], turn: number): readonly LookupAddress[] {
  if (addresses.length === 1) return addresses
  const preferred = addresses.filter((address) => address.family === addresses[0]?.family)
  const others = addresses.filter((address) => address.family !== addresses[0]?.family)
  const start = turn % Math.max(1, preferred.length)
  return [...preferred.slice(start), ...preferred.slice(0, start), ...others]
}
