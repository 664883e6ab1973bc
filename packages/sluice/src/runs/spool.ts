import type { SourceItem } from '../client/bulk/source.ts'
import type { RunStore } from '../stores/run-store.ts'
import type { SpooledItem } from '../stores/stored-item.ts'
import type { Journal } from './journal.ts'
import type { RunSource, SourceReading } from './run-source.ts'
import { compareSpooled, readSpooled, writeSpooled } from './spooled-request.ts'

/** Number of items read back at once. */
const pageSize = 500

export interface SpoolSettings {
  readonly store: Pick<RunStore, 'spooled'>
  readonly runId: number
  readonly journal: Journal
  /** Number of items that the store has already. */
  readonly known: number
  /** True if these are all items. */
  readonly hasEnded: boolean
  /** True while more items may follow from returned ones. */
  readonly mayGrow: () => boolean
}

/** Counts commits: if one comes before the wait for it starts, there is no wait. */
interface Waiting {
  commits: number
  wake: (() => void) | undefined
}

/**
 * Passes a source that cannot be read again through the store: it is read into the store as fast as the store accepts
 * it, and sent from there. A killed run loses only items that had not been read.
 */
export class Spool {
  readonly #settings: SpoolSettings
  #known: number
  #hasEnded: boolean
  #isFilling = false
  #failure: { readonly error: unknown } | undefined
  #isClosed = false
  #onClose: (() => void) | undefined
  readonly #waiting: Waiting = { commits: 0, wake: undefined }

  constructor(settings: SpoolSettings) {
    this.#settings = settings
    this.#known = settings.known
    this.#hasEnded = settings.hasEnded
  }

  /** Number of items that were read into the store, or are being stored. */
  get known(): number {
    return this.#known
  }

  /** True if these are all items. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /**
   * Reads `source` into the store to its end. Items that the store has already are compared and skipped. Never
   * rejects: reading from the store throws the error.
   */
  async fill(source: RunSource): Promise<void> {
    this.#isFilling = true
    let reading: SourceReading | undefined
    try {
      const { store, runId, known } = this.#settings
      reading = source.read()
      // Otherwise a source that returns nothing more would not be released.
      this.#onClose = () => reading?.close()
      await compareSpooled(reading, { store, runId, known, name: source.name })
      await this.#copy(reading)
    } catch (error) {
      this.#failure = { error }
    } finally {
      if (!this.#isClosed) reading?.close()
      this.#isFilling = false
      this.#settings.journal.touch()
    }
  }

  /** Entries of further items, for the commit of the result that they follow from. */
  entriesOf(items: Iterable<SourceItem>): SpooledItem[] {
    return Array.from(items, (item) => ({ index: this.#known++, request: writeSpooled(item) }))
  }

  /** Reads from the store, starting at `index`, and waits for items that are still to come. */
  readFrom(index: number): SourceReading {
    const items = this.#items(index)
    return {
      next: () => items.next(),
      lastMark: () => undefined,
      close: () => {
        if (this.#isClosed) return
        this.#isClosed = true
        this.#waiting.wake?.()
        this.#onClose?.()
      },
    }
  }

  async #copy(reading: SourceReading): Promise<void> {
    const { journal } = this.#settings
    while (!this.#isClosed) {
      const next = reading.next()
      const item = 'then' in next ? await next : next
      if (this.#isClosed) return
      if (item.done === true) {
        this.#hasEnded = true
        return
      }
      journal.spool({ index: this.#known++, request: writeSpooled(item.value) })
      if (journal.isBehind) await journal.room()
    }
  }

  async *#items(from: number): AsyncGenerator<SourceItem, undefined, undefined> {
    const { store, runId, journal } = this.#settings
    const waiting = this.#waiting
    let after = from - 1
    const stopListening = journal.onCommit(() => {
      waiting.commits++
      waiting.wake?.()
    })
    try {
      while (!this.#isClosed) {
        const { commits } = waiting
        const isFilling = this.#isFilling
        const page = await store.spooled(runId, { after, limit: pageSize })
        for (const { index, request } of page) {
          after = index
          yield readSpooled(request)
        }
        if (page.length > 0 || commits !== waiting.commits) continue
        if (!isFilling && after + 1 >= this.#known && !this.#settings.mayGrow()) break
        await new Promise<void>((resolve) => {
          waiting.wake = resolve
        })
      }
    } finally {
      stopListening()
    }
    if (this.#failure !== undefined && !this.#isClosed) throw this.#failure.error
    return undefined
  }
}
