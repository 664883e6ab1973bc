import type { CallResult } from 'sluice'
import { pageOf } from 'sluice/internal'

const noTime = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0, total: 0 }

/** A list whose lines are being written. */
interface OpenList {
  /** Number of the next page. */
  next: number
  items: number
  hasFailed: boolean
  /** Pages that arrived out of order. */
  readonly early: Map<number, CallResult>
}

/**
 * Turns the pages of lists into lines, in the order of each list: one per page, `ID#3`, or one per item, `ID#117`.
 * Every list has at least one: a failure is the line of its page (`ID#page3` among items), and a list without items is
 * one line without data.
 */
export class PageLines {
  readonly #ofItems: boolean
  readonly #lists = new Map<number, OpenList>()

  constructor(ofItems: boolean) {
    this.#ofItems = ofItems
  }

  /** Lines that can be written after a result. A result that is not a page is a line of its own. */
  *add(result: CallResult): Generator<CallResult, void, undefined> {
    const page = pageOf(result)
    if (page === undefined) {
      yield result
      return
    }
    const list = this.#lists.get(page.list) ?? { next: 1, items: 0, hasFailed: false, early: new Map() }
    this.#lists.set(page.list, list)
    // A failure to determine the next page comes after its page.
    if (!result.ok && result.request === undefined) yield this.#failed(result, list)
    else list.early.set(page.number, result)
    for (let next = list.early.get(list.next); next !== undefined; next = list.early.get(list.next)) {
      list.early.delete(list.next++)
      yield* this.#linesOf(next, list)
      if (pageOf(next)!.isLast) this.#lists.delete(page.list)
    }
  }

  /** Lines of pages that wait for one that will not arrive. */
  *rest(): Generator<CallResult, void, undefined> {
    for (const list of this.#lists.values()) {
      const early = [...list.early].sort(([a], [b]) => a - b)
      for (const [, result] of early) yield* this.#linesOf(result, list)
    }
    this.#lists.clear()
  }

  *#linesOf(result: CallResult, list: OpenList): Generator<CallResult, void, undefined> {
    const { id, items = [], isGiven, isLast } = pageOf(result)!
    if (!result.ok) {
      if (isGiven || isLast) yield this.#failed(result, list)
      return
    }
    if (isGiven && !this.#ofItems) yield result
    if (!this.#ofItems) return
    if (isGiven) {
      for (const [position, value] of items.entries()) {
        // The first item carries the times of its page, so that they are counted once.
        const once = position === 0 ? result : { ...result, attempts: [], timing: noTime }
        yield { ...once, id: `${id}#${++list.items}`, value }
      }
    }
    if (isLast && list.items === 0 && !list.hasFailed) yield { ...result, id, value: undefined }
  }

  #failed(result: CallResult, list: OpenList): CallResult {
    list.hasFailed = true
    const { id, number } = pageOf(result)!
    return this.#ofItems ? { ...result, id: `${id}#page${number}` } : result
  }
}
