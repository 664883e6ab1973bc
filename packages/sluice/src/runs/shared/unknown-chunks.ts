import type { HeldChunk } from '../../stores/shared-store.ts'

/** Chunks that the store says are this worker's, although it knows nothing of them: the answer to a claim was lost. */
export class UnknownChunks {
  #before = new Set<string>()

  /** Those of the chunks held that were unknown before too. Nothing is learned while a claim is on its way. */
  seenTwice(held: readonly HeldChunk[], known: readonly HeldChunk[], isSure: boolean): readonly HeldChunk[] {
    if (!isSure) return []
    const keys = new Set(known.map(keyOf))
    const unknown = held.filter((chunk) => !keys.has(keyOf(chunk)))
    const lost = unknown.filter((chunk) => this.#before.has(keyOf(chunk)))
    this.#before = new Set(unknown.map(keyOf))
    return lost
  }
}

export function keyOf({ runId, number, epoch }: HeldChunk): string {
  return `${runId} ${number} ${epoch}`
}
