import type { WorkerEvent } from './worker-options.ts'

/** Operations of a worker on the store: looks, reports, and each run by its id. */
type Part = 'look' | 'beat' | number

/** State of the store as a worker sees it. Emits events when it changes. */
export class StoreState {
  readonly #failing = new Set<Part>()
  readonly #onEvent: (event: WorkerEvent) => void

  constructor(onEvent: (event: WorkerEvent) => void) {
    this.#onEvent = onEvent
  }

  /** True if all operations on the store succeed. */
  get isConnected(): boolean {
    return this.#failing.size === 0
  }

  failed(part: Part, error: unknown): void {
    const wasConnected = this.isConnected
    this.#failing.add(part)
    if (wasConnected) this.#onEvent({ type: 'store.lost', error })
  }

  works(part: Part): void {
    if (this.#failing.delete(part) && this.isConnected) this.#onEvent({ type: 'store.back' })
  }
}
