import type { SourceItem } from '../bulk/source.ts'
import type { NextPages, PagePlace, PageSequence, PageVerdict } from './page-sequence.ts'
import { PaginationError } from './page-sequence.ts'

/** Place of a result in a list of pages. */
export interface PageInfo {
  /** Index of the item that the list began with. */
  readonly list: number
  /** Id of that item. */
  readonly id: string
  /** Number of the page, from 1. */
  readonly number: number
  /** Its items, if it is known where they are. */
  readonly items: readonly unknown[] | undefined
  /** False for a page that only marks the end. */
  isGiven: boolean
  /** True for the page with which its list ends as it should. */
  isLast: boolean
}

/** A page that came, failed, or was settled before the run was resumed. */
export type CamePage =
  | { readonly kind: 'read'; readonly read: unknown; readonly info: PageInfo | undefined }
  | { readonly kind: 'failed'; readonly status: number | undefined; readonly info: PageInfo | undefined }

export interface PageListParts {
  readonly sequence: PageSequence
  /** Pages that were taken already. */
  readonly taken: number
  readonly maxPages: number
  /** Maximum of pages that are requested beyond those taken. */
  readonly window: () => number
  /** The item of a page. */
  itemOf(place: PagePlace, number: number): SourceItem
  /** The item of an error. */
  errorOf(error: PaginationError): SourceItem
}

/** One list of a run: takes its pages in their order, in whatever order they come, and says which to request. */
export class PageList {
  readonly #parts: PageListParts
  readonly #early = new Map<number, CamePage>()
  /** Pages taken in their order. */
  #taken: number
  /** Number of the last page that was requested. */
  #requested: number
  /** Number of the last page to request, as far as that is known. */
  #last: number
  #placeOf: (number: number) => PagePlace
  #isGiving = false
  #hasEnded = false

  constructor(parts: PageListParts) {
    this.#parts = parts
    this.#taken = parts.taken
    this.#requested = parts.taken + 1
    this.#last = this.#requested
    this.#placeOf = () => parts.sequence.first
  }

  /** Pages taken in their order. */
  get taken(): number {
    return this.#taken
  }

  /** True if no more of its pages come. */
  get isDone(): boolean {
    return this.#hasEnded && this.#taken >= this.#requested
  }

  /** Takes note of a page that was requested before the run was resumed. */
  wasRequested(number: number): void {
    this.#requested = Math.max(this.#requested, number)
    this.#last = Math.max(this.#last, this.#requested)
  }

  /**
   * Takes a page. Returns what follows, to be read at any time from now on.
   *
   * @throws PaginationError if this page is the one that is wrong
   */
  add(number: number, came: CamePage): Iterable<SourceItem | undefined> {
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

  /** Takes the next page of the order, if it has come. */
  #takeNext(): { info: PageInfo | undefined; isGiven: boolean; error: PaginationError | undefined } | undefined {
    const came = this.#early.get(this.#taken + 1)
    if (came === undefined) return undefined
    this.#early.delete(++this.#taken)
    const { info } = came
    if (this.#hasEnded) {
      // Requested before it was known that the list ends before it.
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

  /** These items, then the pages that are known, as many ahead of those taken as the window has room for. */
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
