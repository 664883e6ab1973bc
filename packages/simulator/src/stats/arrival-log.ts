/** One request as it arrived. */
export interface Arrival {
  /** Milliseconds since the start. */
  readonly at: number
  readonly method: string
  /** With its query. */
  readonly path: string
  /** The `Idempotency-Key`, if there is one. */
  readonly key?: string
}

const longest = 100_000

/** The last 100,000 arrivals. */
export class ArrivalLog {
  #ring: Arrival[] = []
  #next = 0

  add(arrival: Arrival): void {
    if (this.#ring.length < longest) this.#ring.push(arrival)
    else this.#ring[this.#next] = arrival
    this.#next = (this.#next + 1) % longest
  }

  /** Oldest first. */
  list(): readonly Arrival[] {
    if (this.#ring.length < longest) return this.#ring.slice()
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)]
  }
}
