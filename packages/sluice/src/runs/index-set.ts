/** Number of indexes in a block, one bit each. */
const blockSize = 65_536

/**
 * Set of settled items, one bit each. Ten million items need little more than a megabyte, and full blocks need no
 * memory.
 */
export class IndexSet {
  readonly #blocks = new Map<number, Uint32Array>()
  #below = 0

  /** Every index below this is in the set. */
  get below(): number {
    return this.#below
  }

  /** Creates a set of all indexes below `limit`. */
  static from(limit: number): IndexSet {
    const set = new IndexSet()
    set.#below = limit
    return set
  }

  has(index: number): boolean {
    if (index < this.#below) return true
    const bits = this.#blocks.get(Math.floor(index / blockSize))
    return bits !== undefined && (bits[(index % blockSize) >> 5]! & (1 << (index & 31))) !== 0
  }

  add(index: number): void {
    if (this.has(index)) return
    const block = Math.floor(index / blockSize)
    let bits = this.#blocks.get(block)
    if (bits === undefined) {
      bits = new Uint32Array(blockSize / 32)
      this.#blocks.set(block, bits)
    }
    bits[(index % blockSize) >> 5]! |= 1 << (index & 31)
    if (index === this.#below) this.#advance()
  }

  #advance(): void {
    while (this.has(this.#below)) {
      this.#below++
      if (this.#below % blockSize === 0) this.#blocks.delete(this.#below / blockSize - 1)
    }
  }
}
