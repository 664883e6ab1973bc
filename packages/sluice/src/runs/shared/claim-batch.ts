import type { ChunkWish, ClaimedChunk } from '../../stores/shared-store.ts'

/** Batches claims of all runs of a worker: claims within one turn, or while one is in flight, are sent together. */
export class ClaimBatch {
  readonly #claim: (wishes: readonly ChunkWish[]) => Promise<readonly ClaimedChunk[]>
  #wishes = new Map<number, PromiseWithResolvers<ClaimedChunk | undefined>>()
  #isClaiming = false

  constructor(claim: (wishes: readonly ChunkWish[]) => Promise<readonly ClaimedChunk[]>) {
    this.#claim = claim
  }

  /** True if no claim is in flight. */
  get isIdle(): boolean {
    return !this.#isClaiming && this.#wishes.size === 0
  }

  /** Claims the next chunk of a run; undefined if none is due. */
  next(runId: number): Promise<ClaimedChunk | undefined> {
    const known = this.#wishes.get(runId)
    if (known !== undefined) return known.promise
    const wish = Promise.withResolvers<ClaimedChunk | undefined>()
    this.#wishes.set(runId, wish)
    if (!this.#isClaiming) {
      this.#isClaiming = true
      queueMicrotask(() => void this.#claimAll())
    }
    return wish.promise
  }

  async #claimAll(): Promise<void> {
    while (this.#wishes.size > 0) {
      const wishes = this.#wishes
      this.#wishes = new Map()
      try {
        const claimed = await this.#claim(Array.from(wishes.keys(), (runId) => ({ runId, count: 1 })))
        const byRun = new Map(claimed.map((one) => [one.chunk.runId, one]))
        for (const [runId, { resolve }] of wishes) resolve(byRun.get(runId))
      } catch (error) {
        for (const { reject } of wishes.values()) reject(error)
      }
    }
    this.#isClaiming = false
  }
}
