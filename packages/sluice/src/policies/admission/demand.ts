/** The runs that bring calls when there is room for more. They take turns: the one that brought a call is asked last the next time. */
export class Demand {
  readonly #listeners = new Set<() => void>()

  get isEmpty(): boolean {
    return this.#listeners.size === 0
  }

  /** Calls `listener` whenever more calls may be wanted. Returns how to stop. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Asks one after another, while more is wanted. `calls` counts those that wait or are in flight. */
  ask(isWanted: () => boolean, calls: () => number): void {
    for (const listener of [...this.#listeners]) {
      if (!isWanted()) return
      const before = calls()
      listener()
      if (calls() > before && this.#listeners.delete(listener)) this.#listeners.add(listener)
    }
  }

  clear(): void {
    this.#listeners.clear()
  }
}
