import type { RunStore, SourceProgress } from '../stores/run-store.ts'
import type { SourceMark, StoredRun } from '../stores/stored-run.ts'
import { IndexSet } from './index-set.ts'
import { type ReadingMark, SourceChangedError, type SourceReading } from './run-source.ts'

/** Number of items between two marks. A resumed run can start reading at a mark. */
const itemsPerMark = 1_000
const pageSize = 10_000

/** Items of a run that have no result yet: those not settled, and those parked until a date that has passed. */
export class ToDo {
  readonly #run: StoredRun
  /** Includes parked items. */
  readonly #settled: IndexSet
  readonly #due: IndexSet
  readonly #firstDue: number
  #read: number
  #hasEnded: boolean
  /** Positions in the source, in order. The first is at or before the settled items. */
  readonly #marks: SourceMark[] = []

  private constructor(run: StoredRun, settled: IndexSet, due: IndexSet, firstDue: number) {
    this.#run = run
    this.#settled = settled
    this.#due = due
    this.#firstDue = firstDue
    this.#read = run.read
    this.#hasEnded = run.hasEnded
  }

  /** Loads what a run has to do at a date, in milliseconds since the epoch. */
  static async load(store: RunStore, run: StoredRun, date: number): Promise<ToDo> {
    const settled = IndexSet.from(run.settledBelow)
    for (let after = run.settledBelow - 1; ; ) {
      const page = await store.settled(run.id, { after, limit: pageSize })
      for (const index of page) settled.add(index)
      if (page.length < pageSize) break
      after = page.at(-1)!
    }
    const due = new IndexSet()
    let firstDue = Number.POSITIVE_INFINITY
    for (let after = -1; ; ) {
      const page = await store.parked(run.id, { after, limit: pageSize, dueBy: date })
      for (const { index } of page) due.add(index)
      firstDue = Math.min(firstDue, page[0]?.index ?? firstDue)
      if (page.length < pageSize) break
      after = page.at(-1)!.index
    }
    return new ToDo(run, settled, due, firstDue)
  }

  /** First item that may have to be done. */
  get firstIndex(): number {
    return Math.min(this.#settled.below, this.#firstDue)
  }

  /** Position in the source to start at; undefined for its start. */
  get startMark(): SourceMark | undefined {
    const { mark } = this.#run
    return mark !== undefined && mark.index <= this.firstIndex ? mark : undefined
  }

  progress(): SourceProgress {
    const { below } = this.#settled
    while (this.#marks.length > 1 && this.#marks[1]!.index <= below) this.#marks.shift()
    const mark = this.#marks[0]
    return {
      read: this.#read,
      hasEnded: this.#hasEnded,
      settledBelow: below,
      mark: mark !== undefined && mark.index <= below ? mark : undefined,
    }
  }

  /** True if an item needs nothing more in this session. */
  isDone(index: number): boolean {
    return this.#settled.has(index) && !this.#due.has(index)
  }

  /** Marks an item as settled: it has a result, or is parked. */
  settle(index: number): void {
    this.#settled.add(index)
  }

  /**
   * Records an item that was read; `first` is the index of the first item of that reading. Returns true if it has to
   * be done.
   */
  isToDo(index: number, reading: SourceReading, first: number): boolean {
    this.#read = Math.max(this.#read, index + 1)
    if ((index + 1) % itemsPerMark === 0) this.#addMark(first, reading.lastMark())
    return !this.isDone(index)
  }

  /**
   * Records that the source has been read to its end.
   *
   * @throws SourceChangedError if it has fewer items than were read before.
   */
  end(count: number): void {
    const { read, source } = this.#run
    if (count < read) throw new SourceChangedError(source.name, `it has ${count} items now, but ${read} had been read`)
    this.#hasEnded = true
  }

  #addMark(first: number, last: ReadingMark | undefined): void {
    if (last === undefined || last.items === 0) return
    const index = first + last.items
    if (index > (this.#marks.at(-1)?.index ?? -1)) this.#marks.push({ index, mark: last.mark })
  }
}
