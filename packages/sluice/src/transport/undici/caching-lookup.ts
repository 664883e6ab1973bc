import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import type { Clock } from '../../time/clock.ts'

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

interface Entry {
  readonly answer: Promise<LookupAddress[]>
  readonly expiresAt: number
  turn: number
}

/** How long an answer is used. The system's resolver does not tell the record's own time to live. */
const timeToLive = 10_000
/** More names than this are not remembered, so that a run over millions of hosts stays small. */
const maxNames = 1_000

/**
 * A name lookup that asks once for many connections, and spreads them over all addresses of a name.
 *
 * The system's resolver runs on four threads: a thousand new connections that each ask it wait for one another.
 */
export function cachingLookup(
  clock: Clock,
): (hostname: string, options: LookupOptions, callback: LookupCallback) => void {
  const entries = new Map<string, Entry>()

  const find = (hostname: string, options: LookupOptions): Entry => {
    const key = `${hostname} ${options.family ?? 0} ${options.hints ?? 0}`
    const known = entries.get(key)
    if (known !== undefined && known.expiresAt > clock.now()) return known
    const entry = { answer: resolve(hostname, options), expiresAt: clock.now() + timeToLive, turn: 0 }
    entry.answer.catch(() => {
      if (entries.get(key) === entry) entries.delete(key)
    })
    entries.delete(key)
    entries.set(key, entry)
    if (entries.size > maxNames) entries.delete(entries.keys().next().value!)
    return entry
  }

  return (hostname, options, callback) => {
    const entry = find(hostname, options)
    entry.answer.then(
      (addresses) => {
        const rotated = rotate(addresses, entry.turn++)
        if (options.all === true) callback(null, rotated)
        else callback(null, rotated[0]!.address, rotated[0]!.family)
      },
      (error) => callback(error, []),
    )
  }
}

function resolve(hostname: string, options: LookupOptions): Promise<LookupAddress[]> {
  return new Promise((done, fail) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => (error === null ? done(addresses) : fail(error)))
  })
}

/** Moves the start within the first address family only, so that the system's preference between families stays. */
function rotate(addresses: LookupAddress[], turn: number): LookupAddress[] {
  const preferred = addresses.filter((address) => address.family === addresses[0]?.family)
  const others = addresses.filter((address) => address.family !== addresses[0]?.family)
  const start = turn % Math.max(1, preferred.length)
  return [...preferred.slice(start), ...preferred.slice(0, start), ...others]
}
