/** A run that can be stopped. */
interface Stoppable {
  stop(reason: string, grace: number): void
}

/** Open runs of a client, which end with the client. */
export class OpenRuns {
  readonly #runs = new Set<Stoppable>()
  #isClosed = false
  readonly #origin: OpenRuns | undefined

  /** `origin` has those of the client that this one is extended from: they end with that, too. */
  constructor(origin?: OpenRuns) {
    this.#origin = origin
  }

  /** Adds a run. Returns a function that removes it. A run that begins on a closed client is stopped at once. */
  add(run: Stoppable): () => void {
    if (this.#isClosed) stop(run)
    else this.#runs.add(run)
    const forget = this.#origin?.add(run)
    return () => {
      this.#runs.delete(run)
      forget?.()
    }
  }

  /** Stops every run, and every later one at its start. */
  close(): void {
    this.#isClosed = true
    for (const run of [...this.#runs]) stop(run)
  }
}

function stop(run: Stoppable): void {
  run.stop('the client was closed', 0)
}
