import type { ChunkItem, HeldChunk } from '../../stores/shared-store.ts'

/** A chunk that is being worked on. */
export interface Held {
  readonly chunk: HeldChunk
  /** Items that are to be done and have neither a result nor a date yet, as far as the store knows. */
  readonly left: Set<number>
  /** True if another worker has taken it over. */
  isLost: boolean
}

/** The chunks of a run that this worker holds. There are few: those in flight, and one or two to come. */
export class HeldChunks {
  readonly #byNumber = new Map<number, Held>()

  get size(): number {
    return this.#byNumber.size
  }

  /** The chunks themselves. */
  get chunks(): readonly HeldChunk[] {
    return Array.from(this.#byNumber.values(), ({ chunk }) => chunk)
  }

  add(chunk: HeldChunk, items: readonly ChunkItem[]): Held {
    const held = { chunk, left: new Set(items.map(({ index }) => index)), isLost: false }
    this.#byNumber.set(chunk.number, held)
    return held
  }

  /** The chunk that has the item of this index; nothing if it is not ours any more. */
  having(index: number): Held | undefined {
    for (const held of this.#byNumber.values()) {
      if (index >= held.chunk.first && index < held.chunk.end) return held
    }
    return undefined
  }

  /** The chunks that have any of these items. */
  havingAny(indexes: Iterable<number>): ReadonlySet<Held> {
    const found = new Set<Held>()
    for (const index of indexes) {
      const held = this.having(index)
      if (held !== undefined) found.add(held)
    }
    return found
  }

  /** The item of this index has been kept. */
  settle(index: number): void {
    this.having(index)?.left.delete(index)
  }

  /** Removes it; true if this process held it. */
  remove(chunk: HeldChunk): boolean {
    return this.#byNumber.get(chunk.number)?.chunk === chunk && this.#byNumber.delete(chunk.number)
  }

  /** Drops a chunk that another worker has taken over; false if it is not held. */
  lose(chunk: HeldChunk): boolean {
    const held = this.#byNumber.get(chunk.number)
    if (held?.chunk.epoch !== chunk.epoch) return false
    held.isLost = true
    return this.#byNumber.delete(chunk.number)
  }
}
