import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** One that wants to know which connection carries its request. */
interface Follower {
  onSocket(socket: Socket): void
}

/**
 * undici tells its handlers nothing about the connection. But in the same synchronous step in which it starts a request
 * it also publishes the headers with their socket; so whoever announced itself last is the one that is meant.
 */
let next: Follower | undefined
let isWatching = false

/** Tells `follower` the connection of the request that is being started right now. */
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
