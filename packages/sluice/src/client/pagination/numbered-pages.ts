import { writeJson } from '../../http/json/write-json.ts'
import { findCounts } from './find-total.ts'
import { type Counted, NumberedPlan, type SavedPlan } from './numbered-plan.ts'
import {
  digestOf,
  end,
  type NextPages,
  type PagePlace,
  type PageSequence,
  type PageVerdict,
  type PageView,
  PaginationError,
} from './page-sequence.ts'
import { readTotal } from './read-total.ts'
import type { NumberedStyle } from './styles.ts'
import { parameterOf, withParameter } from './url-parameter.ts'

/** Statuses that APIs use to refuse a page after the last. */
const noSuchPage: ReadonlySet<number> = new Set([400, 404, 410, 416, 422])

/** Numbered pages. They end at the total that they state, or at an empty page. */
export class NumberedPages implements PageSequence {
  readonly first: PagePlace
  readonly #style: NumberedStyle
  readonly #url: string
  readonly #plan: NumberedPlan
  #lastItems: string | undefined

  /** @param saved state of an earlier sequence of the same list, whose pages are not returned again */
  constructor(style: NumberedStyle, url: string, saved?: unknown) {
    this.#style = style
    const { size, sizeParam, first } = style
    this.#url = sizeParam === undefined || size === undefined ? url : withParameter(url, sizeParam, String(size))
    const begun = Number(parameterOf(url, style.param) || Number.NaN)
    const before = saved as SavedPages | undefined
    const start = Number.isSafeInteger(begun) && begun >= first ? begun : first
    this.#plan = new NumberedPlan(style, start, before?.plan)
    this.#lastItems = before?.lastItems
    this.first = this.#place(this.#plan.start)
  }

  read(page: PageView): ReadPage {
    const { total, pages, isHint } = this.#style
    const { number, list } = page
    const count = list?.length
    const items = list === undefined || list.length === 0 ? undefined : itemsText(list)
    const digest = items === undefined ? undefined : digestOf(items)
    if (isHint)
      return { number, count, digest, ...findCounts(page, this.#style, this.#style.size ?? this.#plan.size ?? count) }
    return {
      number,
      count,
      digest,
      total: total === undefined ? undefined : readTotal(page, total),
      pages: pages === undefined ? undefined : readTotal(page, pages),
    }
  }

  after({ number, count, digest, total, pages }: ReadPage): PageVerdict {
    if (total instanceof PaginationError) return trouble(total, true)
    if (pages instanceof PaginationError) return trouble(pages, true)
    const isRepeated = digest !== undefined && digest === this.#lastItems
    this.#lastItems = digest
    if (isRepeated) {
      const what = `the items are those of the previous page: the server ignores the parameter ${this.#style.param}`
      return trouble(new PaginationError('SLUICE_PAGE_LOOP', number, what), false)
    }
    // The first page is always returned, even without items.
    const isGiven = count !== 0 || number === 1
    return { isGiven, next: this.#next(this.#plan.after({ count, total, pages }), number) }
  }

  afterFailure(status: number | undefined): PageVerdict {
    // Many APIs respond with such a status after the last page.
    if (this.#plan.isProbing && status !== undefined && noSuchPage.has(status)) return { isGiven: false, next: end }
    this.#lastItems = undefined
    return { isGiven: true, next: this.#next(this.#plan.afterFailure(), 0) }
  }

  save(): SavedPages {
    return { plan: this.#plan.save(), ...(this.#lastItems === undefined ? undefined : { lastItems: this.#lastItems }) }
  }

  #next(next: Counted, page: number): NextPages {
    if (next.kind === 'end') return end
    if (next.kind === 'wrong')
      return { kind: 'error', error: new PaginationError('SLUICE_PAGE_SHAPE', page, next.what) }
    if (next.kind === 'one') return { kind: 'one', place: this.#place(next.at) }
    const { from, step, count } = next
    return { kind: 'many', count, placeOf: (position) => this.#place(from + position * step) }
  }

  #place(value: number): PagePlace {
    return { url: withParameter(this.#url, this.#style.param, String(value)) }
  }
}

/** Parts of a page that numbering needs. */
interface ReadPage {
  readonly number: number
  /** Number of its items, if countable. */
  readonly count: number | undefined
  /** Digest of its items, if there are any. */
  readonly digest: string | undefined
  readonly total: number | undefined | PaginationError
  readonly pages: number | undefined | PaginationError
}

/** State of the numbered pages so far, as plain data. */
interface SavedPages {
  readonly plan: SavedPlan
  readonly lastItems?: string
}

/** Lists that cannot be serialized, which only a schema can create, are not compared. */
function itemsText(list: readonly unknown[]): string | undefined {
  try {
    return writeJson(list)
  } catch {
    return undefined
  }
}

function trouble(error: PaginationError, isGiven: boolean): PageVerdict {
  return { isGiven, next: { kind: 'error', error } }
}
