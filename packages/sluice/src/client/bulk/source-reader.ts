import type { RequestInput } from '../../http/request.ts'
import { type BulkSource, itemOf, openSource, type SourceItem, type SourceIterator } from './source.ts'

type SourceAnswer = IteratorResult<RequestInput | SourceItem>

/** Callbacks of a reader. They must not throw. */
export interface ReaderEvents {
  /** True if another item should be read now. */
  wantsMore(): boolean
  onItem(item: SourceItem): void
  /** The source has no more, or has thrown. Called once, unless `close` came first. */
  onEnd(failure: { readonly error: unknown } | undefined): void
  /** Something came in after a wait. */
  onProgress(): void
}

/** Reads a source item by item, only while items are wanted, and never asks it twice at once. */
export class SourceReader {
  readonly #source: SourceIterator
  readonly #events: ReaderEvents
  #isReading = false
  #hasEnded = false

  constructor(source: BulkSource, events: ReaderEvents) {
    this.#source = openSource(source)
    this.#events = events
  }

  /** True if no more items come. A closed source is not waited for. */
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
        // `#isReading` stays until the answer is there, which keeps everybody else from asking.
        next.then(this.#onLateAnswer, this.#onLateFailure)
        return
      }
      this.#take(next)
    }
    this.#isReading = false
  }

  /** Reads no more, and lets the source release what it holds. It is not waited for: it may wait for something slow. */
  close(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    try {
      Promise.resolve(this.#source.return?.()).catch(() => {})
    } catch {
      // Errors thrown while a source is closed change nothing any more.
    }
  }

  /** The next answer of the source, or `undefined` if it has thrown. */
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

  /** An item that arrives after `close` is dropped. */
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
