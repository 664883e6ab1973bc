import type { Socket } from 'node:net'
import type { Clock } from '../../time/clock.ts'
import { roundTripOf } from '../connect/round-trip.ts'

/** The shortest and the longest time that a server is given to notice that an exchange is over, in ms. */
const shortest = 50
const longest = 500

/**
 * Ends a connection in the middle of an exchange so that the server can know of it before it sees another: says that no more
 * is coming, waits for the server to close its side too, at most twice the way there and back, and calls `destroy` then. Most
 * servers close at once. Does nothing more when the connection is gone before.
 */
export function closeGently(socket: Socket, clock: Clock, destroy: () => void): void {
  const timer = clock.timer(Math.min(longest, Math.max(shortest, 2 * roundTripOf(socket))), destroy)
  socket.once('close', () => timer.cancel())
  socket.end()
}

/** The time a server is given to take notice, in ms: its own count of what is under way is behind its sockets. */
const noticeTime = 15

/** Calls `then` when a server that has closed its side of a connection knows that the exchange is over. */
export function afterNotice(clock: Clock, then: () => void): void {
  clock.timer(noticeTime, then)
}
