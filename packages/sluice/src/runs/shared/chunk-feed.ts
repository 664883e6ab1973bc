import type { SourceItem } from '../../client/bulk/source.ts'
import type { ChunkItem } from '../../stores/shared-store.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { placedItem } from '../placed-item.ts'
import { readSpooled } from '../spooled-request.ts'
import type { Held } from './held-chunks.ts'

/** A chunk, and what of it is to be done. */
export interface ClaimedChunk {
  readonly held: Held
  readonly items: readonly ChunkItem[]
}

export interface ChunkFeedSettings {
  /** With it each request carries an idempotency key derived from it. */
  readonly keySeed: string | undefined
  /** Takes the next chunk; nothing if there is none now. */
  readonly claim: () => Promise<ClaimedChunk | undefined>
}

/** The items of chunk after chunk, as requests, for as long as it is not ended. */
export class ChunkFeed implements AsyncIterable<SourceItem> {
  readonly #settings: ChunkFeedSettings
  readonly #ready: { readonly held: Held; readonly item: ChunkItem }[] = []
  #at = 0
  /** The next chunk is claimed when only so many items are left of the one before: half of it. */
  #ahead = 0
  /** True if there was no further chunk: the next request comes when items are needed. */
  #isDry = false
  #claiming: Promise<boolean> | undefined
  #woken = Promise.withResolvers<void>()
  readonly #ending = new Cancellation()

  constructor(settings: ChunkFeedSettings) {
    this.#settings = settings
  }

  /** There may be a chunk again. */
  wake(): void {
    this.#woken.resolve()
    this.#woken = Promise.withResolvers()
  }

  /** Gives nothing more. Resolves when no chunk is on its way any more. */
  async end(): Promise<void> {
    this.#ready.length = 0
    this.#at = 0
    this.#ending.cancel('ended')
    this.wake()
    await this.#claiming?.catch(() => undefined)
  }

  [Symbol.asyncIterator](): AsyncIterator<SourceItem> {
    // What is there is given at once, without a promise.
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

  /** Asks for chunks until there is one. If there is none, it waits to be woken. */
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

  /** The next item that is still ours. */
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

  /** Claims the next chunk; true if there was one. */
  #fill(): Promise<boolean> {
    this.#claiming ??= this.#claim().finally(() => {
      this.#claiming = undefined
    })
    return this.#claiming
  }

  /** A failure is thrown when the items are needed. */
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
