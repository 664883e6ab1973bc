/** Instants in order, first in, first out, in a ring that grows as needed and never copies on removal. */
export class TimeQueue {
  #ring = new Float64Array(16)
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  get first(): number | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#head]
  }

  get last(): number | undefined {
    return this.#length === 0 ? undefined : this.#ring[(this.#head + this.#length - 1) & (this.#ring.length - 1)]
  }

  push(at: number): void {
    if (this.#length === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = at
    this.#length++
  }

  /** Drops everything up to and including `instant`. */
  dropUntil(instant: number): void {
    while (this.#length > 0 && this.#ring[this.#head]! <= instant) {
      this.#head = (this.#head + 1) & (this.#ring.length - 1)
      this.#length--
    }
  }

  #grow(): void {
    const ring = new Float64Array(this.#ring.length * 2)
    ring.set(this.#ring.subarray(this.#head))
    ring.set(this.#ring.subarray(0, this.#head), this.#ring.length - this.#head)
    this.#ring = ring
    this.#head = 0
  }
}
