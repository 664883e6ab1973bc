import type { RequestInput } from '../../http/request.ts'
import { type BulkSource, itemOf, openSource, type SourceItem, type SourceIterator } from './source.ts'

type SourceAnswer = IteratorResult<RequestInput | SourceItem>

/** Callbacks of a reader. They must not throw. */
export interface ReaderEvents {
  /** True if another item should be read now. */
  wantsMore(): boolean
  onItem(item: SourceItem): void
  /** Called once when the source is exhausted or has thrown, unless `close` was called first. */
  onEnd(failure: { readonly error: unknown } | undefined): void
  /** Called when an item or the end arrived asynchronously. */
  onProgress(): void
}

/** Reads a source item by item, on demand, with at most one pending read. */
export class SourceReader {
  readonly #source: SourceIterator
  readonly #events: ReaderEvents
  #isReading = false
  #hasEnded = false

  constructor(source: BulkSource, events: ReaderEvents) {
    this.#source = openSource(source)
    this.#events = events
  }

  /** True if no more items will come. A closed source is not waited for. */
  get isDone(): boolean {
    return this.#hasEnded
  }

  read(): void {
    if (this.#isReading) return
    this.#isReading = true
    while (!this.#hasEnded && this.#events.wantsMore()) {
      const next = this.#ask()
      if (next === undefined) break
      if (next instanceof Promise) {
        // `#isReading` stays set until the result arrives, which prevents a second concurrent read.
        next.then(this.#onLateAnswer, this.#onLateFailure)
        return
      }
      this.#take(next)
    }
    this.#isReading = false
  }

  /** Stops reading, and lets the source release its resources. Not awaited: the source may be blocked. */
  close(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    try {
      Promise.resolve(this.#source.return?.()).catch(() => {})
    } catch {
      // Errors thrown while the source is being closed are ignored.
    }
  }

  /** Requests the next item of the source; undefined if it has thrown. */
  #ask(): SourceAnswer | Promise<SourceAnswer> | undefined {
    try {
      const next = this.#source.next()
      // Any other thenable may call back twice, or never asynchronously.
      return !(next instanceof Promise) && 'then' in next ? Promise.resolve(next) : next
    } catch (error) {
      this.#end({ error })
      return undefined
    }
  }

  readonly #onLateAnswer = (next: SourceAnswer): void => {
    this.#isReading = false
    this.#take(next)
    this.#events.onProgress()
  }

  readonly #onLateFailure = (error: unknown): void => {
    this.#isReading = false
    this.#end({ error })
    this.#events.onProgress()
  }

  /** Handles an item of the source; after `close` it is dropped. */
  #take(next: SourceAnswer): void {
    if (this.#hasEnded) return
    let answer: SourceAnswer
    try {
      answer = { done: next.done === true, value: next.value }
    } catch (error) {
      this.#end({ error })
      return
    }
    if (answer.done) this.#end(undefined)
    else this.#events.onItem(itemOf(answer.value))
  }

  #end(failure: { readonly error: unknown } | undefined): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#events.onEnd(failure)
  }
}
