type Listener = () => void

/**
 * The moment at which a caller is gone: as much of an `AbortSignal` as a client uses of it. One of the platform for each request
 * shows in the CPU of the gateway.
 */
export class HangUp {
  aborted = false
  reason: unknown
  readonly #listeners = new Set<Listener>()

  /** The same as a signal, for a call. */
  get signal(): AbortSignal {
    return this as unknown as AbortSignal
  }

  /** Ends what listens. Only the first reason counts. */
  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  addEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.delete(listener)
  }
}
