import type { Socket } from 'node:net'

/** A socket that nobody has taken for this long, in ms, is closed. */
const timeToTake = 4_000

/** Sockets that are connected already, for the next connection that undici wants to an origin. */
export class ReadySockets {
  readonly #byOrigin = new Map<string, Socket>()

  /** Takes over the socket: it is closed unless it is taken in time. A second one for the same origin replaces the first. */
  put(origin: string, socket: Socket): void {
    this.#byOrigin.get(origin)?.destroy()
    this.#byOrigin.set(origin, socket)
    socket.unref()
    // Stays for good: a connection that breaks before its user listens must not bring the process down.
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
