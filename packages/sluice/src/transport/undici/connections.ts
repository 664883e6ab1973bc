import type { Socket } from 'node:net'

/** The open connections of a transport, by origin, and which of them carry an exchange. */
export class Connections {
  readonly #open = new Map<string, Set<Socket>>()
  readonly #busy = new Set<Socket>()
  readonly #used = new WeakSet<Socket>()

  add(origin: string, socket: Socket): void {
    const open = this.#open.get(origin) ?? new Set()
    this.#open.set(origin, open.add(socket))
    socket.once('close', () => {
      this.#busy.delete(socket)
      open.delete(socket)
      if (open.size === 0 && this.#open.get(origin) === open) this.#open.delete(origin)
    })
  }

  /** Notes that an exchange begins on it. Answers whether it has carried one before. */
  begin(socket: Socket): boolean {
    this.#busy.add(socket)
    if (this.#used.has(socket)) return true
    this.#used.add(socket)
    return false
  }

  end(socket: Socket): void {
    this.#busy.delete(socket)
  }

  /** Closes all idle connections, to make room for others. */
  closeIdle(): void {
    for (const origin of this.#open.keys()) this.distrustIdle(origin)
  }

  /** Closes the idle connections of an origin, after one of them has turned out to be dead: the others may be so too. */
  distrustIdle(origin: string): void {
    for (const socket of this.#open.get(origin) ?? []) if (!this.#busy.has(socket)) socket.destroy()
  }
}
