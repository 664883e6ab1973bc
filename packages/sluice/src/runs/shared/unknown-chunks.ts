import type { HeldChunk } from '../../stores/shared-store.ts'

/** Finds chunks that this worker holds in the store without knowing them, because the answer to a claim was lost. */
export class UnknownChunks {
  #before = new Set<string>()

  /** Held chunks that were already unknown the last time. Empty while a claim is in flight. */
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
