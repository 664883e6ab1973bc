import type { LookupAddress } from 'node:dns'
import { connect, type Socket } from 'node:net'
import type { Cancellation } from '../../time/cancellation.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import { codeOf, localLimit } from '../connection-error.ts'

const roundTrips = new WeakMap<object, number>()

/** Records the round trip of a connection, in ms. */
export function noteRoundTrip(socket: object, duration: number): void {
  roundTrips.set(socket, duration)
}

/** Round trip of a connection in ms, as measured when it was opened; 0 if unknown. */
export function roundTripOf(socket: object): number {
  return roundTrips.get(socket) ?? 0
}

/** Head start of an address before the next one is tried in parallel, in milliseconds (RFC 8305 section 5). */
const headStart = 250

/** Opens a TCP connection to one address. */
export type OpenSocket = (address: LookupAddress, port: number) => Socket

/**
 * Connects to the first address that answers (RFC 8305): a slow attempt continues while the next one starts. Cancelling
 * `stop` ends all attempts, and rejects with its reason.
 *
 * @throws the most informative error of all addresses
 */
export function dial(
  addresses: readonly LookupAddress[],
  port: number,
  clock: Clock,
  stop: Cancellation,
  open: OpenSocket = openSocket,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const waiting = interleaved(addresses)
    const trying = new Set<Socket>()
    const errors: Error[] = []
    let timer: Timer | undefined

    const end = (): void => {
      timer?.cancel()
      stopListening()
      for (const socket of trying) socket.destroy()
    }
    const stopListening = stop.onCancel((reason) => {
      waiting.length = 0
      end()
      reject(reason as Error)
    })
    const next = (): void => {
      timer?.cancel()
      const address = waiting.shift()
      if (address === undefined) return
      const startedAt = clock.now()
      const socket = open(address, port)
      trying.add(socket)
      if (waiting.length > 0) timer = clock.timer(headStart, next)
      socket.once('connect', () => {
        trying.delete(socket)
        end()
        usable.add(address.family)
        noteRoundTrip(socket, clock.now() - startedAt)
        resolve(socket)
      })
      // Never removed: a connection that breaks before its user listens must not crash the process.
      socket.on('error', (error) => {
        if (!trying.delete(socket)) return
        errors.push(error)
        if (waiting.length > 0) next()
        else if (trying.size === 0) {
          end()
          reject(mostTelling(errors, addresses[0]?.family))
        }
      })
    }
    if (!stop.cancelled) next()
  })
}

function openSocket({ address, family }: LookupAddress, port: number): Socket {
  return connect({ host: address, port, family, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 })
}

/** Addresses alternating between families, so that a family without a route costs one head start. */
function interleaved(addresses: readonly LookupAddress[]): LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family)
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family)
  const mixed: LookupAddress[] = []
  for (let index = 0; index < addresses.length; index++) {
    if (first[index] !== undefined) mixed.push(first[index]!)
    if (others[index] !== undefined) mixed.push(others[index]!)
  }
  return mixed
}

/** Address families that have worked before: for these, "address not available" means a lack of ports. */
const usable = new Set<number>()

/**
 * Most informative error: a local limit, then a refused connection. A missing route for another family says nothing
 * about the server.
 */
function mostTelling(errors: readonly Error[], family: number | undefined): Error {
  const isRoute = (error: Error): boolean => /^(EADDRNOTAVAIL|ENETUNREACH|EHOSTUNREACH)$/.test(codeOf(error))
  for (const error of errors) {
    const ours = isRoute(error) && !usable.has(family ?? 0) ? undefined : localLimit(error)
    if (ours !== undefined) return ours
  }
  return errors.find((error) => !isRoute(error)) ?? errors[0]!
}
