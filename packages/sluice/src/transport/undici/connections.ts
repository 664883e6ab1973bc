import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { Clock } from '../../time/clock.ts'
import { roundTripOf } from '../connect/dial.ts'

/** Milliseconds after which an unused socket is closed. */
const timeToTake = 4_000

/** Connected sockets for the next connection that undici opens to an origin. */
export class ReadySockets {
  readonly #byOrigin = new Map<string, Socket>()

  /**
   * Takes over a socket, which is closed unless it is used in time. A second one for the same origin replaces the
   * first.
   */
  put(origin: string, socket: Socket): void {
    this.#byOrigin.get(origin)?.destroy()
    this.#byOrigin.set(origin, socket)
    socket.unref()
    // Never removed: a connection that breaks before its user listens must not crash the process.
    socket.on('error', () => {})
    socket.once('close', () => this.#forget(origin, socket))
    socket.setTimeout(timeToTake, () => this.#forget(origin, socket)?.destroy())
  }

  take(origin: string): Socket | undefined {
    const socket = this.#byOrigin.get(origin)
    if (socket === undefined) return undefined
    this.#byOrigin.delete(origin)
    if (socket.destroyed || socket.readableEnded) return undefined
    socket.ref()
    return socket.setTimeout(0)
  }

  close(): void {
    for (const socket of this.#byOrigin.values()) socket.destroy()
  }

  #forget(origin: string, socket: Socket): Socket | undefined {
    if (this.#byOrigin.get(origin) !== socket) return undefined
    this.#byOrigin.delete(origin)
    return socket
  }
}

/** Bounds in milliseconds of the time for a server to notice that an exchange is over. */
const shortest = 50
const longest = 500

/**
 * Ends a connection during an exchange so that the server notices before it sees another one: half-closes it, waits
 * until the server closes its side, at most two round trips, and then calls `destroy`. Most servers close at once.
 */
export function closeGently(socket: Socket, clock: Clock, destroy: () => void): void {
  const timer = clock.timer(Math.min(longest, Math.max(shortest, 2 * roundTripOf(socket))), destroy)
  socket.once('close', () => timer.cancel())
  socket.end()
}

/** Milliseconds for a server to notice: its own count of exchanges lags behind its sockets. */
const noticeTime = 15

/** Calls `then` once a server that closed its side of a connection has noticed that the exchange is over. */
export function afterNotice(clock: Clock, then: () => void): void {
  clock.timer(noticeTime, then)
}

/** Receives the connection of its request. */
interface Follower {
  onSocket(socket: Socket): void
}

/**
 * undici does not expose the connection to its handlers. But in the same synchronous step in which it starts a request
 * it publishes the headers with their socket, so the last follower is the right one.
 */
let next: Follower | undefined
let isWatching = false

/** Gives `follower` the connection of the request that is being started. */
export function followNextSocket(follower: Follower): void {
  if (!isWatching) {
    isWatching = true
    channel('undici:client:sendHeaders').subscribe(onSendHeaders)
  }
  next = follower
}

function onSendHeaders(message: unknown): void {
  const { socket } = message as { readonly socket: Socket }
  const follower = next
  next = undefined
  follower?.onSocket(socket)
}

/** Connections of given dispatchers that have carried an exchange. */
const used = new WeakSet<Socket>()

/** Returns if a connection has carried an exchange before, and records that it has now. */
export function isReused(socket: Socket): boolean {
  if (used.has(socket)) return true
  used.add(socket)
  return false
}

/** Exchange whose response has ended. */
interface Ended {
  finish(): void
}

let ended: Ended[] = []

/**
 * Calls `finish` after the poll phase of the event loop, so that an end of the connection that came with the end of the
 * response is processed first. Exchanges that end in the same turn are finished together.
 */
export function finishSoon(exchange: Ended): void {
  if (ended.push(exchange) === 1) setImmediate(finishEnded)
}

function finishEnded(): void {
  const exchanges = ended
  ended = []
  for (const exchange of exchanges) exchange.finish()
}
