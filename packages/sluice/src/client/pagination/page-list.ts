import type { SourceItem } from '../bulk/source.ts'
import type { NextPages, PagePlace, PageSequence, PageVerdict } from './page-sequence.ts'
import { PaginationError } from './page-sequence.ts'

/** Position of a result in a list of pages. */
export interface PageInfo {
  /** Index of the item that started the list. */
  readonly list: number
  /** Id of that item. */
  readonly id: string
  /** Number of the page, from 1. */
  readonly number: number
  /** Items of the page, if their location is known. */
  readonly items: readonly unknown[] | undefined
  /** False for a page that only marks the end. */
  isGiven: boolean
  /** True for the page at which the list ends without an error. */
  isLast: boolean
}

/** A page that was received, failed, or was settled before the run was resumed. */
export type ArrivedPage =
  | { readonly kind: 'read'; readonly read: unknown; readonly info: PageInfo | undefined }
  | { readonly kind: 'failed'; readonly status: number | undefined; readonly info: PageInfo | undefined }

export interface PageListParts {
  readonly sequence: PageSequence
  /** Number of pages that were processed already. */
  readonly taken: number
  readonly maxPages: number
  /** Maximum number of pages requested beyond the processed ones. */
  readonly window: () => number
  /** Creates the item of a page. */
  itemOf(place: PagePlace, number: number): SourceItem
  /** Creates the item of an error. */
  errorOf(error: PaginationError): SourceItem
}

/** Pages of one list within a run: processes them in order, whatever their order of arrival, and requests the next. */
export class PageList {
  readonly #parts: PageListParts
  readonly #early = new Map<number, ArrivedPage>()
  /** Number of pages processed in order. */
  #taken: number
  /** Number of the last requested page. */
  #requested: number
  /** Number of the last page to request, as far as known. */
  #last: number
  #placeOf: (number: number) => PagePlace
  #isGiving = false
  #hasEnded = false

  constructor(parts: PageListParts) {
    this.#parts = parts
    this.#taken = parts.taken
    this.#requested = parts.taken + 1
    this.#last = this.#requested
    const first = (): PagePlace => parts.sequence.first
    this.#placeOf = first
  }

  /** Number of pages processed in order. */
  get taken(): number {
    return this.#taken
  }

  /** True if no further pages of the list will arrive. */
  get isDone(): boolean {
    return this.#hasEnded && this.#taken >= this.#requested
  }

  /** Registers a page that was requested before the run was resumed. */
  wasRequested(number: number): void {
    this.#requested = Math.max(this.#requested, number)
    this.#last = Math.max(this.#last, this.#requested)
  }

  /**
   * Adds a page that has arrived. Returns the follow-up items, which can be read at any later time.
   *
   * @throws PaginationError if this page is the invalid one
   */
  add(number: number, came: ArrivedPage): Iterable<SourceItem | undefined> {
    this.#early.set(number, came)
    const items: SourceItem[] = []
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
      const isOwn = next.info !== undefined && next.info === came.info
      if (isOwn && !next.isGiven && next.error !== undefined) throw next.error
      if (next.error !== undefined) items.push(this.#parts.errorOf(next.error))
    }
    const wantsMore = !this.#isGiving && this.#requested < this.#last
    return wantsMore ? this.#withPages(items) : items
  }

  /** Processes the next page in order, if it has arrived. */
  #takeNext(): { info: PageInfo | undefined; isGiven: boolean; error: PaginationError | undefined } | undefined {
    const came = this.#early.get(this.#taken + 1)
    if (came === undefined) return undefined
    this.#early.delete(++this.#taken)
    const { info } = came
    if (this.#hasEnded) {
      // Requested before the end of the list was known to come earlier.
      if (info !== undefined) info.isGiven = false
      return { info, isGiven: false, error: undefined }
    }
    const { sequence, maxPages } = this.#parts
    const verdict: PageVerdict = came.kind === 'read' ? sequence.after(came.read) : sequence.afterFailure(came.status)
    if (info !== undefined) info.isGiven = verdict.isGiven
    const error = this.#plan(verdict.next, maxPages)
    if (info !== undefined) info.isLast = this.#hasEnded && error === undefined
    return { info, isGiven: verdict.isGiven, error }
  }

  #plan(next: NextPages, maxPages: number): PaginationError | undefined {
    this.#last = this.#taken
    if (next.kind === 'end' || next.kind === 'error') {
      this.#hasEnded = true
      return next.kind === 'error' ? next.error : undefined
    }
    if (this.#taken >= maxPages) {
      this.#hasEnded = true
      const message = `there are more than ${maxPages} pages; raise maxPages to read them`
      return new PaginationError('SLUICE_PAGE_LIMIT', this.#taken, message)
    }
    const from = this.#taken + 1
    this.#last = Math.min(maxPages, next.kind === 'one' ? from : this.#taken + next.count)
    this.#placeOf = next.kind === 'one' ? () => next.place : (number) => next.placeOf(number - from)
    return undefined
  }

  /** Yields these items, then the known pages, at most as many ahead of the processed ones as the window allows. */
  *#withPages(items: readonly SourceItem[]): Generator<SourceItem | undefined, void, undefined> {
    this.#isGiving = true
    yield* items
    while (this.#requested < this.#last) {
      if (this.#requested - this.#taken >= this.#parts.window()) yield undefined
      else {
        const number = ++this.#requested
        yield this.#parts.itemOf(this.#placeOf(number), number)
      }
    }
    this.#isGiving = false
  }
}
