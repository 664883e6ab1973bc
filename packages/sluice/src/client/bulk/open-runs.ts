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

  /** Adds a run. Returns a function that removes it. On a closed client the run is stopped immediately. */
  add(run: Stoppable): () => void {
    if (this.#isClosed) stop(run)
    else this.#runs.add(run)
    const forget = this.#origin?.add(run)
    return () => {
      this.#runs.delete(run)
      forget?.()
    }
  }

  /** Stops every open run, and every later run at its start. */
  close(): void {
    this.#isClosed = true
    for (const run of [...this.#runs]) stop(run)
  }
}

function stop(run: Stoppable): void {
  run.stop('the client was closed', 0)
}
