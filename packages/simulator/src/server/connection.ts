import type { Ending } from '../visit.ts'

/** One connection and what is in flight on it: with HTTP/1.1 more than one only if the client does not wait for answers. */
export class Connection {
  readonly #onAnswer: (() => void) | undefined
  readonly #inFlight = new Set<(how: Ending) => void>()

  /** `onAnswer` is called after each answer. */
  constructor(onAnswer?: () => void) {
    this.#onAnswer = onAnswer
  }

  /** Calls `leave` when the connection closes first. Returns what to call when the request is answered: once counts. */
  begin(leave: (how: Ending) => void): () => void {
    this.#inFlight.add(leave)
    return () => {
      if (this.#inFlight.delete(leave)) this.#onAnswer?.()
    }
  }

  /** Ends what is in flight; the connection is closed, or about to be. */
  closed(): void {
    for (const leave of this.#inFlight) leave('aborted')
    this.#inFlight.clear()
  }
}
