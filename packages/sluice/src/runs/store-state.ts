/** Event of a store that stops accepting operations, or accepts them again. */
export type StoreEvent = { readonly type: 'store.lost'; readonly error: unknown } | { readonly type: 'store.back' }

/** State of a store: of its operations that may fail. Emits events when it changes. */
export class StoreState {
  readonly #failing = new Set<unknown>()
  readonly #onEvent: (event: StoreEvent) => void

  constructor(onEvent: (event: StoreEvent) => void) {
    this.#onEvent = onEvent
  }

  /** True if all operations on the store succeed. */
  get isConnected(): boolean {
    return this.#failing.size === 0
  }

  /** Records a failed operation: `part` identifies it. */
  failed(part: unknown, error: unknown): void {
    const wasConnected = this.isConnected
    this.#failing.add(part)
    if (wasConnected) this.#onEvent({ type: 'store.lost', error })
  }

  works(part: unknown): void {
    if (this.#failing.delete(part) && this.isConnected) this.#onEvent({ type: 'store.back' })
  }
}
