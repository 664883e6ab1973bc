import type { ChunkItem, HeldChunk } from '../../stores/shared-store.ts'

/** Chunk that is being worked on. */
export interface Held {
  readonly chunk: HeldChunk
  /** Items to do for which the store has neither a result nor a date yet. */
  readonly left: Set<number>
  /** True if another worker has taken it over. */
  isLost: boolean
}

/** Chunks of a run that this worker holds. There are few: those in flight, and one or two next ones. */
export class HeldChunks {
  readonly #byNumber = new Map<number, Held>()

  get size(): number {
    return this.#byNumber.size
  }

  /** Chunks that this worker holds. */
  get chunks(): readonly HeldChunk[] {
    return Array.from(this.#byNumber.values(), ({ chunk }) => chunk)
  }

  add(chunk: HeldChunk, items: readonly ChunkItem[]): Held {
    const held = { chunk, left: new Set(items.map(({ index }) => index)), isLost: false }
    this.#byNumber.set(chunk.number, held)
    return held
  }

  /** Chunk that contains an item; undefined if this worker does not hold it. */
  having(index: number): Held | undefined {
    for (const held of this.#byNumber.values()) {
      if (index >= held.chunk.first && index < held.chunk.end) return held
    }
    return undefined
  }

  /** Chunks that contain any of these items. */
  havingAny(indexes: Iterable<number>): ReadonlySet<Held> {
    const found = new Set<Held>()
    for (const index of indexes) {
      const held = this.having(index)
      if (held !== undefined) found.add(held)
    }
    return found
  }

  /** Marks an item as stored. */
  settle(index: number): void {
    this.having(index)?.left.delete(index)
  }

  /** Removes a chunk. Returns true if this worker held it. */
  remove(chunk: HeldChunk): boolean {
    return this.#byNumber.get(chunk.number)?.chunk === chunk && this.#byNumber.delete(chunk.number)
  }

  /** Drops a chunk that another worker has taken over. Returns false if it is not held. */
  lose(chunk: HeldChunk): boolean {
    const held = this.#byNumber.get(chunk.number)
    if (held?.chunk.epoch !== chunk.epoch) return false
    held.isLost = true
    return this.#byNumber.delete(chunk.number)
  }
}
