/**
 * Instants in order, each with a weight: first in, first out, in ring buffers that grow as needed and never copy on
 * removal.
 */
export class TimeQueue {
  #ring = new Float64Array(16)
  #units = new Float64Array(16)
  #head = 0
  #length = 0
  #total = 0

  /** Sum of the weights. */
  get total(): number {
    return this.#total
  }

  get first(): number | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#head]
  }

  get last(): number | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#at(this.#length - 1)]
  }

  push(at: number, units: number = 1): void {
    if (this.#length === this.#ring.length) this.#grow()
    const end = this.#at(this.#length++)
    this.#ring[end] = at
    this.#units[end] = units
    this.#total += units
  }

  /** Removes everything up to and including `instant`. */
  dropUntil(instant: number): void {
    while (this.#length > 0 && this.#ring[this.#head]! <= instant) {
      this.#total -= this.#units[this.#head]!
      this.#head = (this.#head + 1) & (this.#ring.length - 1)
      this.#length--
    }
    if (this.#length === 0) this.#total = 0
  }

  /** Latest instant that has to be removed so that the rest weighs at most `most`; undefined if none has to. */
  dropFor(most: number): number | undefined {
    let left = this.#total
    for (let index = 0; index < this.#length && left > most; index++) {
      left -= this.#units[this.#at(index)]!
      if (left <= most) return this.#ring[this.#at(index)]
    }
    return undefined
  }

  #at(index: number): number {
    return (this.#head + index) & (this.#ring.length - 1)
  }

  #grow(): void {
    this.#ring = this.#unrolled(this.#ring)
    this.#units = this.#unrolled(this.#units)
    this.#head = 0
  }

  #unrolled(old: Float64Array): Float64Array<ArrayBuffer> {
    const ring = new Float64Array(old.length * 2)
    ring.set(old.subarray(this.#head))
    ring.set(old.subarray(0, this.#head), old.length - this.#head)
    return ring
  }
}
