import type { OpenRun, SharedStore } from '../../stores/shared-store.ts'
import type { Clock } from '../../time/clock.ts'

/** Interval in milliseconds of checking runs that are not finished and have no open chunk. */
const interval = 5_000

/** Items without results in runs whose chunks are all done. The store looks for them periodically. */
export class UnfinishedRuns {
  readonly #store: SharedStore
  readonly #clock: Clock
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(store: SharedStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  async reconcile(runs: readonly OpenRun[]): Promise<void> {
    const unfinished = runs.filter(({ hasEnded, hasChunks }) => hasEnded && !hasChunks)
    if (unfinished.length === 0 || this.#clock.now() - this.#lookedAt < interval) return
    this.#lookedAt = this.#clock.now()
    for (const { id } of unfinished) await this.#store.reconcile(id)
  }
}
