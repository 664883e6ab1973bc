import type { SourceItem } from '../../client/bulk/source.ts'
import type { Chunk, ChunkItem, SharedStore } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import type { RunSource, SourceReading } from '../run-source.ts'
import { compareSpooled, writeSpooled } from '../spooled-request.ts'

/** Approximate number of items in a group. */
const groupItems = 1_000
/** Number of characters after which a group is stored. */
const groupLength = 4 * 1024 * 1024
/** Time in ms after which an incomplete group is stored, so that workers need not wait for a slow source. */
const groupTime = 1_000

export interface FillSettings {
  readonly store: SharedStore
  readonly run: StoredRun
  readonly source: RunSource
  readonly chunkSize: number
  readonly signal: AbortSignal | undefined
  readonly clock: Clock
  readonly onRead: (items: number) => void
}

/** Reads a source to its end into the chunks of a run. Items that the store has already are compared and skipped. */
export async function fillRun(settings: FillSettings): Promise<void> {
  const { store, run, source, signal } = settings
  if (run.hasEnded) return
  const reading = source.read()
  const writer = new ChunkWriter(settings)
  // Ends a wait for an item that does not arrive.
  const stop = (): void => {
    writer.end()
    reading.close()
  }
  signal?.addEventListener('abort', stop)
  try {
    await compareSpooled(reading, { store, runId: run.id, known: run.read, name: source.name })
    await writer.copy(reading)
  } finally {
    signal?.removeEventListener('abort', stop)
    reading.close()
  }
}

/** Cuts items into chunks, and stores these in groups. */
class ChunkWriter {
  readonly #settings: FillSettings
  /** Ends the wait for the next item, if there is one. */
  #wake: (() => void) | undefined
  #items: ChunkItem[] = []
  #length = 0
  #index: number
  #number: number | undefined
  #groupBegan = 0

  constructor(settings: FillSettings) {
    this.#settings = settings
    this.#index = settings.run.read
  }

  /** Ends the wait for an item. Called when the signal is aborted. */
  end(): void {
    this.#wake?.()
  }

  /** Reads all items into the store. If the source throws, the items before the error are stored too. */
  async copy(reading: SourceReading): Promise<void> {
    try {
      await this.#copy(reading)
    } finally {
      await this.#keep(false)
    }
  }

  async #copy(reading: SourceReading): Promise<void> {
    while (!this.#isEnded) {
      const item = await this.#next(reading)
      // A closed source may report its end.
      if (item === 'ended' || this.#isEnded) return
      if (item.done === true) {
        await this.#keep(true)
        return
      }
      this.#add(item.value)
      if (this.#isFull) await this.#keep(false)
    }
  }

  /** Returns the next item. If that takes long, the items before it are stored meanwhile. */
  async #next(reading: SourceReading): Promise<IteratorResult<SourceItem, undefined> | 'ended'> {
    const next = reading.next()
    if (!('then' in next)) return next
    if (this.#items.length > 0) {
      const first = await this.#first(next, Math.max(0, this.#groupBegan + groupTime - this.#settings.clock.now()))
      if (first !== 'late') return first
      await this.#keep(false)
    }
    return (await this.#first(next)) as IteratorResult<SourceItem, undefined> | 'ended'
  }

  /** Waits for the first of: the item, the end of `time`, the signal. Leaves no timer or listener behind. */
  #first<T>(next: Promise<T>, time?: number): Promise<T | 'late' | 'ended'> {
    const { clock } = this.#settings
    let timer: Timer | undefined
    return new Promise<T | 'late' | 'ended'>((resolve, reject) => {
      if (time !== undefined) timer = clock.timer(time, () => resolve('late'))
      this.#wake = () => resolve('ended')
      if (this.#isEnded) this.#wake()
      next.then(resolve, reject)
    }).finally(() => {
      timer?.cancel()
      this.#wake = undefined
    })
  }

  get #isEnded(): boolean {
    return this.#settings.signal?.aborted === true
  }

  get #isFull(): boolean {
    const size = Math.max(this.#settings.chunkSize, groupItems)
    return this.#items.length >= size || this.#length >= groupLength
  }

  #add(item: SourceItem): void {
    if (this.#items.length === 0) this.#groupBegan = this.#settings.clock.now()
    const request = writeSpooled(item)
    this.#items.push({ index: this.#index++, request })
    this.#length += request.length
  }

  async #keep(hasEnded: boolean): Promise<void> {
    const { store, run, clock, onRead } = this.#settings
    if (this.#items.length === 0 && !hasEnded) return
    const items = this.#items
    const chunks = await this.#cut(items)
    this.#items = []
    this.#length = 0
    await store.fill(run.id, { items, chunks, hasEnded, at: clock.wallTime() })
    onRead(this.#index)
  }

  async #cut(items: readonly ChunkItem[]): Promise<Chunk[]> {
    const { store, run, chunkSize } = this.#settings
    let number = this.#number ?? (await numberOfChunks(store, run.id))
    const chunks: Chunk[] = []
    for (let at = 0; at < items.length; at += chunkSize) {
      const { index: first } = items[at]!
      const end = first + Math.min(chunkSize, items.length - at)
      chunks.push({ runId: run.id, number: number++, first, end })
    }
    this.#number = number
    return chunks
  }
}

async function numberOfChunks(store: SharedStore, runId: number): Promise<number> {
  const { waiting, held, done } = await store.chunkCounts(runId)
  return waiting + held + done
}
