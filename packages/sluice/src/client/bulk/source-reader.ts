import type { RequestInput } from '../../http/request.ts'
import { type BulkSource, openSource } from './source.ts'

/** What a reader tells while it reads. */
export interface ReaderEvents {
  /** Whether another item is wanted now. */
  wantsMore(): boolean
  onItem(item: RequestInput): void
  /** The source has no more, or has thrown. Called once, unless `close` came first. */
  onEnd(failure: { readonly error: unknown } | undefined): void
  /** Something came in after a wait. */
  onProgress(): void
}

/** Reads a source item by item, only while items are wanted, and never asks it twice at once. */
export class SourceReader {
  readonly #source: Iterator<RequestInput> | AsyncIterator<RequestInput>
  readonly #events: ReaderEvents
  #isReading = false
  #hasEnded = false

  constructor(source: BulkSource, events: ReaderEvents) {
    this.#source = openSource(source)
    this.#events = events
  }

  /** Whether nothing more will come. */
  get isDone(): boolean {
    return this.#hasEnded && !this.#isReading
  }

  read(): void {
    if (this.#isReading) return
    this.#isReading = true
    while (!this.#hasEnded && this.#events.wantsMore()) {
      try {
        const next = this.#source.next()
        if ('then' in next) {
          // `#isReading` stays until the answer is there, which keeps everybody else from asking.
          next.then(this.#onLateAnswer, this.#onLateFailure)
          return
        }
        this.#take(next)
      } catch (error) {
        this.#end({ error })
      }
    }
    this.#isReading = false
  }

  /** Reads no more, and lets the source give back what it holds. It is not waited for: it may wait for something slow. */
  close(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    try {
      Promise.resolve(this.#source.return?.()).catch(() => {})
    } catch {
      // What a source says while it is closed changes nothing any more.
    }
  }

  readonly #onLateAnswer = (next: IteratorResult<RequestInput>): void => {
    this.#isReading = false
    this.#take(next)
    this.#events.onProgress()
  }

  readonly #onLateFailure = (error: unknown): void => {
    this.#isReading = false
    this.#end({ error })
    this.#events.onProgress()
  }

  /** An item that comes after `close` was asked for before it: it is accounted for like the others. */
  #take(next: IteratorResult<RequestInput>): void {
    if (next.done === true) this.#end(undefined)
    else this.#events.onItem(next.value)
  }

  #end(failure: { readonly error: unknown } | undefined): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#events.onEnd(failure)
  }
}
