import type { Socket } from 'node:net'

/** One connection and what is in flight on it: more than one request only if the client does not wait for answers. */
export class Connection {
  readonly #socket: Socket
  readonly #mostAnswers: number
  readonly #inFlight = new Set<() => void>()
  #answers = 0

  /** After `mostAnswers` the connection is closed, without having said so. */
  constructor(socket: Socket, mostAnswers: number = Number.POSITIVE_INFINITY) {
    this.#socket = socket
    this.#mostAnswers = mostAnswers
  }

  /** Calls `leave` when the connection closes first. Returns what to call when the request is answered. */
  begin(leave: () => void): () => void {
    this.#inFlight.add(leave)
    return () => {
      this.#inFlight.delete(leave)
      this.#answers++
      if (this.#answers >= this.#mostAnswers) this.#socket.destroySoon()
    }
  }

  /** Ends what is in flight; the socket is closed, or about to be. */
  closed(): void {
    for (const leave of this.#inFlight) leave()
    this.#inFlight.clear()
  }
}
