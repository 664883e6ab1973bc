import type { BulkRun } from '../client/bulk/bulk-run.ts'
import type { Progress } from '../client/bulk/progress.ts'
import type { SourceItem } from '../client/bulk/source.ts'
import { UnfinishedError } from '../client/errors.ts'
import type { CallResult } from '../client/result.ts'
import type { StoredRun } from '../stores/stored-run.ts'
import { isoDate } from '../time/iso-date.ts'
import type { Journal } from './journal.ts'
import { type Parking, parkingOf } from './parking.ts'
import type { RunSettings } from './run-options.ts'
import { storedResult } from './stored-result.ts'
import type { Tasks } from './tasks.ts'
import type { ToDo } from './to-do.ts'

/** When so many items in a row could only be parked, the rest of the source need not be read to know the same of it. */
const parkedInARow = 1_000

export interface DurableRunParts {
  readonly run: StoredRun
  readonly settings: RunSettings
  readonly toDo: ToDo
  readonly journal: Journal
  readonly tasks: Tasks
  readonly stream: (items: AsyncIterable<SourceItem>) => BulkRun
  /** Told by how it came to its end; gives back what the run holds. */
  readonly onEnd: () => Promise<void>
}

/** How far a stored run is. `total`, `read`, `done` and so on are of this session; `before` is what earlier ones have settled. */
export interface RunProgress extends Progress {
  readonly before: number
  /** Put aside in this session, until a date that the server has named. */
  readonly parked: number
}

/**
 * A run whose results are kept: iterate it to work on it. Each result is handed over once; when the iteration has ended,
 * all are in the store. Leaving it, or a kill at any moment, loses nothing that was committed, and `resumeRun` goes on.
 */
export class DurableRun<T = unknown> implements AsyncIterable<CallResult<T>> {
  readonly #parts: DurableRunParts
  readonly #bulk: BulkRun
  #hasEnded = false
  #parked = 0
  #parkedInARow = 0

  constructor(parts: DurableRunParts) {
    this.#parts = parts
    this.#bulk = parts.stream(this.#items())
  }

  /** Unique in its store. */
  get name(): string {
    return this.#parts.run.name
  }

  /** The run as it was when this session began. */
  get stored(): StoredRun {
    return this.#parts.run
  }

  get progress(): RunProgress {
    const { succeeded, failed } = this.#parts.run
    return { ...this.#bulk.progress, before: succeeded + failed, parked: this.#parked }
  }

  /** Why it was stopped before its end, if it was. */
  get stopReason(): string | undefined {
    return this.#bulk.stopReason
  }

  /** Begins nothing more. What is in flight may finish within `grace` milliseconds; what is left is done by a resume. */
  stop(reason?: string, grace?: number): void {
    this.#bulk.stop(reason, grace)
  }

  /** Works until the end. @throws StoreError, and what the source throws. */
  async finish(): Promise<void> {
    for await (const _ of this) {
      // What it does is in the store.
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CallResult<T>, void, undefined> {
    const { journal, onEnd } = this.#parts
    try {
      // Not `for await`, which would end the calls, and drop what has been answered, when this is left.
      for (let next = await this.#bulk.next(); next.done !== true; next = await this.#bulk.next()) {
        const result = next.value
        const isKept = this.#keep(result)
        if (journal.isBehind) await journal.room()
        if (isKept) yield result as CallResult<T>
      }
    } finally {
      await this.#keepTheRest()
      this.#hasEnded = true
      await onEnd()
    }
    await journal.flush()
  }

  /** What has been answered already is kept, although nobody asks for it any more or something went wrong. */
  async #keepTheRest(): Promise<void> {
    const { journal } = this.#parts
    this.#bulk.stop('nobody reads the results any more', 0)
    try {
      for await (const result of this.#bulk) this.#keep(result)
      await journal.flush()
    } catch {
      // It was thrown already, or is when the journal is flushed.
    }
  }

  /** The items to do; synchronously where the source gives its items synchronously. */
  #items(): AsyncIterable<SourceItem> {
    const { tasks } = this.#parts
    const next = (): IteratorResult<SourceItem> | Promise<IteratorResult<SourceItem>> => {
      const item = tasks.next()
      return item !== undefined && 'then' in item ? item.then((late) => this.#give(late)) : this.#give(item)
    }
    return { [Symbol.asyncIterator]: () => ({ next }) as AsyncIterator<SourceItem> }
  }

  #give(item: SourceItem | undefined): IteratorResult<SourceItem> {
    // It may have been asked for before the run was stopped, and come after the store was released.
    if (this.#hasEnded) return { done: true, value: undefined }
    if (item !== undefined) return { done: false, value: item }
    // The end is stored, though no result may follow.
    this.#parts.journal.touch()
    return { done: true, value: undefined }
  }

  /** Whether it has come to its end: an item that was stopped or parked has not. */
  #keep(result: CallResult): boolean {
    const { journal, toDo, settings } = this.#parts
    if (!result.ok && result.error instanceof UnfinishedError) return false
    const date = settings.clock.wallTime()
    const stored = storedResult(result, settings.storing, date)
    const parking = parkingOf(result, date)
    toDo.settle(result.index)
    if (parking === undefined) {
      journal.settle(stored)
      this.#parkedInARow = 0
      return true
    }
    journal.park({ index: result.index, id: stored.id, ...parking })
    this.#notePark(parking)
    return false
  }

  #notePark({ until }: Parking): void {
    this.#parked++
    if (++this.#parkedInARow === parkedInARow) {
      this.stop(`what is left has to wait until ${isoDate(until)}`)
    }
  }
}
