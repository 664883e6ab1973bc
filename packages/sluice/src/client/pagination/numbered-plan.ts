/** Numbering of pages. */
export interface Numbering {
  /** Pages are numbered by themselves (`page`), or by the position of their first item (`offset`). */
  readonly style: 'page' | 'offset'
  /** Number of the first page. */
  readonly first: number
  /** Number of items of a full page, if known. */
  readonly size?: number | undefined
  /**
   * True if the counts may be wrong: then they only decide which pages are requested together, and the pages decide
   * where the end is.
   */
  readonly isHint?: boolean | undefined
}

/** Counts that a page states. */
export interface PageCounts {
  /** Number of its items, if countable. */
  readonly count?: number | undefined
  /** Total number of items. */
  readonly total?: number | undefined
  /** Total number of pages. */
  readonly pages?: number | undefined
}

/** State of a plan as plain data. */
export interface SavedPlan {
  readonly start: number
  readonly size?: number | undefined
  readonly pages: number
  readonly items: number
  readonly isCounted: boolean
  readonly newest: PageCounts
  readonly isPlanned: boolean
  readonly at: number
  readonly isProbing: boolean
}

/** Pages that follow a page. */
export type Counted =
  | { readonly kind: 'end' }
  | { readonly kind: 'wrong'; readonly what: string }
  | { readonly kind: 'one'; readonly at: number }
  | { readonly kind: 'many'; readonly from: number; readonly step: number; readonly count: number }

const noMore: Counted = { kind: 'end' }

/**
 * Decides after each page which page numbers follow.
 *
 * If the first page states a total, the other pages are known immediately. The newest total applies, so that a list may
 * grow and shrink meanwhile. More items than the total prove it wrong: then pages follow one by one until an empty one.
 * Fewer items are an error after all pages have been returned. Without a total the list ends at an empty page.
 */
export class NumberedPlan {
  /** Number of the first page to request. */
  readonly start: number
  readonly #numbering: Numbering
  #size: number | undefined
  /** Number of pages so far. */
  #pages = 0
  #items = 0
  /** True if every page was countable. */
  #isCounted = true
  #newest: PageCounts = {}
  /** True if the first page stated a total that has not proved too small. */
  #isPlanned = false
  /** Number of the latest page. */
  #at: number
  /** True if the last requested page should not exist. */
  #isProbing = false

  constructor(numbering: Numbering, start: number, saved?: SavedPlan) {
    this.#numbering = numbering
    this.start = saved?.start ?? start
    this.#size = saved === undefined ? numbering.size : saved.size
    this.#at = saved?.at ?? start
    if (saved === undefined) return
    this.#pages = saved.pages
    this.#items = saved.items
    this.#isCounted = saved.isCounted
    this.#newest = saved.newest
    this.#isPlanned = saved.isPlanned
    this.#isProbing = saved.isProbing
  }

  /** Saves the state after the pages so far. */
  save(): SavedPlan {
    return {
      start: this.start,
      size: this.#size,
      pages: this.#pages,
      items: this.#items,
      isCounted: this.#isCounted,
      newest: this.#newest,
      isPlanned: this.#isPlanned,
      at: this.#at,
      isProbing: this.#isProbing,
    }
  }

  /** Number of items of a full page, if known. */
  get size(): number | undefined {
    return this.#size
  }

  /** True if the last requested page should not exist, according to the counts of the others. */
  get isProbing(): boolean {
    return this.#isProbing
  }

  after({ count, total, pages }: PageCounts): Counted {
    this.#isProbing = false
    this.#newest = { total: total ?? this.#newest.total, pages: pages ?? this.#newest.pages }
    if (this.#pages === 0) {
      this.#isPlanned = total !== undefined || pages !== undefined
      this.#size = this.#sizeBy(count)
    }
    this.#pages++
    this.#items += count ?? 0
    if (count === undefined) this.#isCounted = false
    if (!this.#isPlanned) return this.#oneByOne(count)

    const known = this.#knownPages()
    if (known === undefined && this.#numbering.isHint === true) {
      this.#isPlanned = false
      return this.#oneByOne(count)
    }
    if (known === undefined && count === undefined) {
      return wrong('the page size is unknown: give size, items, or list for whole pages')
    }
    if (count !== 0 && known !== undefined && this.#pages < known) return this.#rest(known)
    return this.#numbering.isHint === true ? this.#atHintedEnd(count, known) : this.#atEnd(count, known)
  }

  /** Handles a failed page: the number of items is unknown from then on. */
  afterFailure(): Counted {
    this.#pages++
    this.#isCounted = false
    const known = this.#isPlanned ? this.#knownPages() : undefined
    return known !== undefined && this.#pages < known ? this.#rest(known) : noMore
  }

  /** Page size; the size of the first page if the server returns fewer items than requested although more follow. */
  #sizeBy(count: number | undefined): number | undefined {
    const { total } = this.#newest
    const size = this.#size
    if (size === undefined) return count === 0 ? undefined : count
    if (count === undefined || count === 0 || count >= size || total === undefined) return size
    return this.#before(size) + count < total ? count : size
  }

  /** Number of items of the list before the first requested one. */
  #before(size: number | undefined): number {
    const { style, first } = this.#numbering
    return style === 'offset' ? this.start : (this.start - first) * (size ?? 0)
  }

  /** Number of pages from the start on, by the newest totals. */
  #knownPages(): number | undefined {
    const { total, pages } = this.#newest
    const size = this.#size
    const { style, first } = this.#numbering
    // With offsets the start is a number of items.
    if (pages !== undefined && style === 'page') return pages - (this.start - first)
    if (pages !== undefined && size !== undefined) return pages - Math.floor(this.start / size)
    if (total === undefined || size === undefined) return undefined
    return Math.ceil((total - this.#before(size)) / size)
  }

  #rest(known: number): Counted {
    const step = this.#numbering.style === 'page' ? 1 : this.#size!
    const from = this.start + this.#pages * step
    this.#at = from
    return { kind: 'many', from, step, count: known - this.#pages }
  }

  #oneByOne(count: number | undefined): Counted {
    if (count === undefined) return wrong('the path of its items is unknown: give items, or list for whole pages')
    if (count === 0) return noMore
    this.#at += this.#numbering.style === 'page' ? 1 : count
    return { kind: 'one', at: this.#at }
  }

  #atEnd(count: number | undefined, known: number | undefined): Counted {
    const { total, pages } = this.#newest
    // If the start is in the middle of the list, the items before it can only be calculated from the page size.
    const isPlaced = this.#size !== undefined || this.start === this.#numbering.first
    if (total !== undefined && this.#isCounted && isPlaced) {
      const all = this.#before(this.#size) + this.#items
      if (count !== 0 && all > total) {
        this.#isPlanned = false
        return this.#oneByOne(count)
      }
      if (all < total) return wrong(`the total says ${total} items, but the list ends with this page, after ${all}`)
    } else if (count === 0 && known !== undefined && known > Math.max(1, this.#pages - 1)) {
      return wrong(`it is empty, though there should be ${pages} pages`)
    }
    return noMore
  }

  /**
   * End of a list whose total is a hint: after several pages whose items add up to exactly the total. Otherwise an
   * empty page is the end, as without a total.
   */
  #atHintedEnd(count: number | undefined, known: number | undefined): Counted {
    if (count === undefined || count === 0) return noMore
    const { total } = this.#newest
    const isWhole = this.#isCounted && this.#before(this.#size) + this.#items === total
    if (isWhole && this.#pages > 1) return noMore
    this.#isPlanned = false
    this.#isProbing = isWhole || known === this.#pages
    return this.#oneByOne(count)
  }
}

function wrong(what: string): Counted {
  return { kind: 'wrong', what }
}
