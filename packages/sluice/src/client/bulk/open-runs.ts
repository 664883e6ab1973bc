/** A run that can be stopped. */
interface Stoppable {
  stop(reason: string, grace: number): void
}

/** Open runs of a client, which end when it is closed. */
export class OpenRuns {
  readonly #runs = new Set<Stoppable>()
  #isClosed = false
  readonly #origin: OpenRuns | undefined

  /** `origin` holds the runs of the client that this one extends; closing that client ends the runs of both. */
  constructor(origin?: OpenRuns) {
    this.#origin = origin
  }

  /** True if this client, or the one that it extends, is closed. */
  get isClosed(): boolean {
    return this.#isClosed || this.#origin?.isClosed === true
  }

  /** Adds a run. Returns a function that removes it. */
  add(run: Stoppable): () => void {
    this.#runs.add(run)
    const forget = this.#origin?.add(run)
    return () => {
      this.#runs.delete(run)
      forget?.()
    }
  }

  /** Stops every open run. */
  close(): void {
    this.#isClosed = true
    for (const run of [...this.#runs]) run.stop('the client was closed', 0)
  }
}
