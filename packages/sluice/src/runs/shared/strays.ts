import type { OpenRun, SharedStore } from '../../stores/shared-store.ts'
import type { Clock } from '../../time/clock.ts'

/** Milliseconds between two checks of a run that is not finished, and has no chunk left. */
const interval = 5_000

/** Items of runs that are not finished, although all their chunks are done: the store looks for them now and then. */
export class Strays {
  readonly #store: SharedStore
  readonly #clock: Clock
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(store: SharedStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  async reconcile(runs: readonly OpenRun[]): Promise<void> {
    const strays = runs.filter(({ hasEnded, hasChunks }) => hasEnded && !hasChunks)
    if (strays.length === 0 || this.#clock.now() - this.#lookedAt < interval) return
    this.#lookedAt = this.#clock.now()
    for (const { id } of strays) await this.#store.reconcile(id)
  }
}
