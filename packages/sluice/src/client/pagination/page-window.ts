import type { RequestInput } from '../../http/request.ts'

type Next = IteratorResult<RequestInput, undefined>

/**
 * Gives the requests of so many pages to a run, as many at a time as may be under way. Of pages that wait for one before
 * them at most as many again are kept.
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

  /** A page has come, or failed. */
  onSettled(): void {
    this.#settled++
    this.#wake()
  }

  /** A page was handed over, and is kept no more. */
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
