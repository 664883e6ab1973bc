import type { RequestInput } from '../../http/request.ts'

type Next = IteratorResult<RequestInput, undefined>

/**
 * Yields the requests of a number of pages to a run, up to the concurrency limit at a time. The number of pages that
 * wait for an earlier one is limited as well: at most twice the limit have started without having been handed over.
 */
export class PageWindow implements AsyncIterator<RequestInput, undefined, undefined> {
  readonly #count: number
  readonly #requestOf: (position: number) => RequestInput
  readonly #limit: () => number
  #begun = 0
  #settled = 0
  #given = 0
  #isClosed = false
  #whenFree: ((next: Next) => void) | undefined

  constructor(count: number, requestOf: (position: number) => RequestInput, limit: () => number) {
    this.#count = count
    this.#requestOf = requestOf
    this.#limit = limit
  }

  next(): Promise<Next> {
    if (this.#isClosed || this.#begun === this.#count) return Promise.resolve({ done: true, value: undefined })
    if (this.#isFree) return Promise.resolve(this.#take())
    return new Promise((resolve) => {
      this.#whenFree = resolve
    })
  }

  return(): Promise<Next> {
    this.#isClosed = true
    this.#whenFree?.({ done: true, value: undefined })
    this.#whenFree = undefined
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Called when a page has arrived or failed. */
  onSettled(): void {
    this.#settled++
    this.#wake()
  }

  /** Called when a page was handed over, and is no longer buffered. */
  onGiven(): void {
    this.#given++
    this.#wake()
  }

  get #isFree(): boolean {
    const limit = this.#limit()
    return this.#begun - this.#settled < limit && this.#begun - this.#given < 2 * limit
  }

  #take(): Next {
    return { done: false, value: this.#requestOf(this.#begun++) }
  }

  #wake(): void {
    const resolve = this.#whenFree
    if (resolve === undefined || !this.#isFree) return
    this.#whenFree = undefined
    resolve(this.#take())
  }
}
