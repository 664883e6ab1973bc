import type { SourceItem } from '../../client/bulk/source.ts'
import type { ChunkItem } from '../../stores/shared-store.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { placedItem } from '../placed-item.ts'
import { readSpooled } from '../spooled-request.ts'
import type { Held } from './held-chunks.ts'

/** Chunk with its items that are left to do. */
export interface ClaimedChunk {
  readonly held: Held
  readonly items: readonly ChunkItem[]
}

export interface ChunkFeedSettings {
  /** If set, each request carries an idempotency key derived from it. */
  readonly keySeed: string | undefined
  /** Claims the next chunk; undefined if there is none now. */
  readonly claim: () => Promise<ClaimedChunk | undefined>
}

/** Items of one chunk after another, as requests, until it is ended. */
export class ChunkFeed implements AsyncIterable<SourceItem> {
  readonly #settings: ChunkFeedSettings
  readonly #ready: { readonly held: Held; readonly item: ChunkItem }[] = []
  #at = 0
  /** The next chunk is claimed when this number of items is left of the previous one: half of it. */
  #ahead = 0
  /** True if there was no further chunk. The next claim then waits until items are needed. */
  #isDry = false
  #claiming: Promise<boolean> | undefined
  #woken = Promise.withResolvers<void>()
  readonly #ending = new Cancellation()

  constructor(settings: ChunkFeedSettings) {
    this.#settings = settings
  }

  /** Signals that a chunk may be available again. */
  wake(): void {
    this.#woken.resolve()
    this.#woken = Promise.withResolvers()
  }

  /** Ends the feed. Resolves when no claim is in flight. */
  async end(): Promise<void> {
    this.#ready.length = 0
    this.#at = 0
    this.#ending.cancel('ended')
    this.wake()
    await this.#claiming?.catch(() => undefined)
  }

  [Symbol.asyncIterator](): AsyncIterator<SourceItem> {
    // Available items are returned synchronously, without a promise.
    const end = async (): Promise<IteratorResult<SourceItem>> => {
      await this.end()
      return { done: true, value: undefined }
    }
    return { next: () => this.#next(), return: end } as AsyncIterator<SourceItem>
  }

  #next(): IteratorResult<SourceItem> | Promise<IteratorResult<SourceItem>> {
    const item = this.#take()
    if (item === undefined) return this.#nextLater()
    if (this.#left <= this.#ahead && !this.#isDry) this.#fillAhead()
    return { done: false, value: item }
  }

  /** Claims chunks until there is one. If there is none, waits to be woken. */
  async #nextLater(): Promise<IteratorResult<SourceItem>> {
    while (!this.#ending.cancelled) {
      const item = this.#take()
      if (item !== undefined) return { done: false, value: item }
      const woken = this.#woken.promise
      if (!(await this.#fill())) await woken
    }
    return { done: true, value: undefined }
  }

  get #left(): number {
    return this.#ready.length - this.#at
  }

  /** Next item of a chunk that this worker still holds. */
  #take(): SourceItem | undefined {
    while (this.#at < this.#ready.length) {
      const { held, item } = this.#ready[this.#at++]!
      if (this.#at === this.#ready.length) {
        this.#ready.length = 0
        this.#at = 0
      }
      if (held.isLost) continue
      return placedItem(readSpooled(item.request), item.index, this.#settings.keySeed)
    }
    return undefined
  }

  /** Claims the next chunk. Returns true if there was one. */
  #fill(): Promise<boolean> {
    this.#claiming ??= this.#claim().finally(() => {
      this.#claiming = undefined
    })
    return this.#claiming
  }

  /** Claims ahead and ignores failures: the claim is repeated when items are needed, and throws then. */
  #fillAhead(): void {
    this.#fill().catch(() => undefined)
  }

  async #claim(): Promise<boolean> {
    const claimed = await this.#settings.claim()
    this.#isDry = claimed === undefined
    if (claimed === undefined || this.#ending.cancelled) return false
    this.#ahead = claimed.items.length / 2
    for (const item of claimed.items) this.#ready.push({ held: claimed.held, item })
    return true
  }
}
