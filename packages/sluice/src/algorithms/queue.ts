/** First in, first out, with constant time at both ends. Removed items are not retained. */
export class Queue<T> {
  /** Ring buffer. Its length is a power of two, so that indexes wrap by a mask. */
  #ring: (T | undefined)[] = [undefined, undefined, undefined, undefined]
  #first = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** First item, without removing it. */
  peek(): T | undefined {
    return this.#ring[this.#first]
  }

  push(item: T): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#ring[(this.#first + this.#size++) & (this.#ring.length - 1)] = item
  }

  /** Removes and returns the first item. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined
    const item = this.#ring[this.#first]
    this.#ring[this.#first] = undefined
    this.#first = (this.#first + 1) & (this.#ring.length - 1)
    this.#size--
    return item
  }

  #grow(): void {
    const items = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first)]
    this.#ring = items.concat(new Array<undefined>(items.length).fill(undefined))
    this.#first = 0
  }
}
