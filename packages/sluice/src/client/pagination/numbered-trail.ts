import { writeJson } from '../../http/json/write-json.ts'
import { PaginationError } from './errors.ts'
import { type Counted, NumberedPlan } from './numbered-plan.ts'
import { end, type Onward, type PagePlace, type PageView, type Trail } from './page.ts'
import { readTotal } from './read-total.ts'
import { digestOf } from './seen-before.ts'
import type { NumberedStyle } from './styles.ts'
import { parameterOf, withParameter } from './url-parameter.ts'

/** Counts pages, by what they say of the total, and by what came. */
export class NumberedTrail implements Trail {
  readonly first: PagePlace
  readonly #style: NumberedStyle
  readonly #url: string
  readonly #plan: NumberedPlan
  #lastItems: string | undefined

  constructor(style: NumberedStyle, url: string) {
    this.#style = style
    const { size, sizeParam, first } = style
    this.#url = sizeParam === undefined || size === undefined ? url : withParameter(url, sizeParam, String(size))
    const begun = Number(parameterOf(url, style.param) || Number.NaN)
    this.#plan = new NumberedPlan(style, Number.isSafeInteger(begun) && begun >= first ? begun : first)
    this.first = this.#place(this.#plan.start)
  }

  after(page: PageView): { readonly isGiven: boolean; readonly onward: Onward } {
    const { total, pages } = this.#style
    const counts: { total?: number | undefined; pages?: number | undefined } = {}
    if (total !== undefined) {
      const read = readTotal(page, total)
      if (read instanceof PaginationError) return trouble(read, true)
      counts.total = read
    }
    if (pages !== undefined) {
      const read = readTotal(page, pages)
      if (read instanceof PaginationError) return trouble(read, true)
      counts.pages = read
    }
    const count = page.list?.length
    if (this.#isRepeated(page.list)) {
      const what = `the items are those of the page before: the server does not heed the parameter ${this.#style.param}`
      return trouble(new PaginationError('SLUICE_PAGE_LOOP', page.number, what), false)
    }
    // A first page is a page, even without items.
    const isGiven = count !== 0 || page.number === 1
    const next = this.#plan.after({ count, ...counts })
    return { isGiven, onward: this.#onward(next, page.number) }
  }

  afterFailure(): Onward {
    this.#lastItems = undefined
    return this.#onward(this.#plan.afterFailure(), 0)
  }

  #onward(next: Counted, page: number): Onward {
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

  #isRepeated(list: readonly unknown[] | undefined): boolean {
    const items = list === undefined || list.length === 0 ? undefined : itemsText(list)
    const digest = items === undefined ? undefined : digestOf(items)
    const isRepeated = digest !== undefined && digest === this.#lastItems
    this.#lastItems = digest
    return isRepeated
  }
}

/** Lists that cannot be written, which only a schema can have made, are not compared. */
function itemsText(list: readonly unknown[]): string | undefined {
  try {
    return writeJson(list)
  } catch {
    return undefined
  }
}

function trouble(error: PaginationError, isGiven: boolean): { readonly isGiven: boolean; readonly onward: Onward } {
  return { isGiven, onward: { kind: 'error', error } }
}
