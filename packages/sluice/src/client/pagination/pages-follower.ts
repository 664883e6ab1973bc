import { SettingsError } from '../../errors/settings-error.ts'
import type { RequestInput, RequestSpec } from '../../http/request.ts'
import { type Followed, type Follower, failureOf } from '../bulk/follow.ts'
import type { SourceItem } from '../bulk/source.ts'
import type { Prepared } from '../caller.ts'
import { UnfinishedError } from '../errors.ts'
import { jsonOf } from '../read-value.ts'
import type { CallResult, Failure, Success } from '../result.ts'
import type { PaginationSettings } from './options.ts'
import { type PageInfo, PageList } from './page-list.ts'
import { pageList, pageRequests } from './page-requests.ts'
import { type PagePlace, type PageSequence, PaginationError } from './page-sequence.ts'
import { sequenceOf } from './sequence-of.ts'

/** Position of a page in its list: the state that a stored run keeps besides the request. */
interface PageState {
  readonly list: number
  readonly id: string
  readonly number: number
  /** Origin of the first page, which later pages may link back to. */
  readonly origin: string
  /** Number of pages processed when it was requested, and the saved state of the sequence. */
  readonly taken: number
  readonly saved?: unknown
}

export interface PagesFollowerParts {
  prepare(input: RequestInput): Prepared
  /** Maximum number of pages of a list requested beyond the first one without a result. */
  window(): number
}

const places = new WeakMap<CallResult, PageInfo>()

/** Position of a result in its list of pages; undefined for other results. */
export function pageOf(result: CallResult): PageInfo | undefined {
  return places.get(result)
}

/** A list whose pages are being followed. */
interface OpenList {
  readonly sequence: PageSequence
  readonly pages: PageList
  itemOf(place: PagePlace, number: number): SourceItem
}

/** Follows each item of a run to the last page of its list. */
export class PagesFollower implements Follower {
  readonly #settings: PaginationSettings
  readonly #parts: PagesFollowerParts
  readonly #lists = new Map<number, OpenList>()

  constructor(settings: PaginationSettings, parts: PagesFollowerParts) {
    this.#settings = settings
    this.#parts = parts
  }

  begin(item: SourceItem, index: number): SourceItem {
    if (item.state !== undefined || !('request' in item)) return item
    const prepared = this.#parts.prepare(item.request)
    // The item is invalid, and fails with its error when it is prepared again.
    if (prepared.request === undefined) return item
    const { id, url } = prepared.request
    try {
      const list = this.#open({ list: index, id, number: 1, origin: new URL(url).origin, taken: 0 }, item.request)
      return { ...list.itemOf(list.sequence.first, 1), index }
    } catch (error) {
      if (error instanceof SettingsError) return { id, error, index }
      throw error
    }
  }

  restore(item: SourceItem, isDone: boolean): void {
    const page = stateOf(item)
    if (page === undefined || !('request' in item)) return
    // Pages before the first unfinished one are no longer needed.
    if (isDone && !this.#lists.has(page.list)) return
    const { pages } = this.#lists.get(page.list) ?? this.#open(page, item.request)
    pages.wasRequested(page.number)
    if (isDone) pages.add(page.number, { kind: 'failed', status: undefined, info: undefined })
  }

  after(result: CallResult, item: SourceItem): Followed {
    const page = stateOf(item)
    if (page === undefined || (!result.ok && result.error instanceof UnfinishedError))
      return { result, items: [], pages: [] }
    if (!('request' in item)) return { result: placed(result, page), items: [], pages: [] }
    const list = this.#lists.get(page.list) ?? this.#open(page, item.request)
    try {
      return result.ok ? this.#afterPage(result, page, item.request, list) : this.#afterFailure(result, page, list)
    } catch (error) {
      if (!(error instanceof PaginationError)) throw error
      return { result: placed(failureOf(result, error), page), items: [], pages: [] }
    } finally {
      if (list.pages.isDone) this.#lists.delete(page.list)
    }
  }

  #afterPage(result: Success, page: PageState, request: RequestInput, { sequence, pages }: OpenList): Followed {
    const { number } = page
    const { value: raw, status, headers, body } = result
    let items: readonly unknown[] | undefined
    try {
      items = pageList({ number, raw, value: raw }, this.#settings)
    } catch (error) {
      pages.add(number, { kind: 'failed', status: undefined, info: undefined })
      throw error
    }
    const { url, json } = request as RequestSpec
    const read = sequence.read({
      number,
      place: { url: String(url), json },
      url: result.redirectedTo ?? String(url),
      headers,
      raw,
      exact: () => (body === undefined ? raw : jsonOf({ body, status, headers }, 'source')),
      list: items,
    })
    const whole = placed(result, page, items)
    return { result: whole, items: [], pages: pages.add(number, { kind: 'read', read, info: pageOf(whole) }) }
  }

  #afterFailure(result: Failure, page: PageState, { pages }: OpenList): Followed {
    const { status, request } = result
    const failure = placed(result, page)
    const info = pageOf(failure)!
    const next = { items: [], pages: pages.add(page.number, { kind: 'failed', status, info }) }
    if (info.isGiven || status === undefined || request === undefined) return { result: failure, ...next }
    // A refused page after the last one is the expected end, not a failure.
    const { error: _, headers = {}, ...rest } = result
    const end = placed({ ...rest, ok: true, request, status, headers, value: undefined }, page, [])
    Object.assign(pageOf(end)!, { isGiven: false, isLast: true })
    return { result: end, ...next }
  }

  /** Opens a list at its first page, or at the page with which a resumed run continues. */
  #open(page: PageState, input: RequestInput): OpenList {
    const { list, id, number, origin, taken, saved } = page
    const { style, origins, maxPages } = this.#settings
    const prepared = this.#parts.prepare(input)
    if (prepared.request === undefined) throw prepared.failure.error
    const spec = typeof input === 'string' || input instanceof URL ? { url: input } : input
    const requests = pageRequests({ ...spec, id }, prepared.request, style)
    const sequence = sequenceOf(prepared.request, requests.json, { style, origins: [...origins, origin] }, saved)
    for (let before = taken + 1; before < number; before++) sequence.afterFailure(undefined)
    const itemOf = (place: PagePlace, number: number): SourceItem => ({
      request: requests.of(place, number),
      state: { list, id, number, origin, taken: pages.taken, saved: sequence.save() } satisfies PageState,
    })
    const pages: PageList = new PageList({
      sequence,
      taken: number - 1,
      maxPages,
      window: this.#parts.window,
      itemOf,
      errorOf: (error) => ({
        id: `${id}#${error.page}`,
        error,
        state: { list, id, number: error.page, origin, taken: pages.taken } satisfies PageState,
      }),
    })
    const opened = { sequence, pages, itemOf }
    this.#lists.set(list, opened)
    return opened
  }
}

function stateOf({ state }: SourceItem): PageState | undefined {
  return (state as Partial<PageState> | undefined)?.number === undefined ? undefined : (state as PageState)
}

function placed(result: CallResult, { list, id, number }: PageState, items?: readonly unknown[]): CallResult {
  const whole = { ...result }
  places.set(whole, { list, id, number, items, isGiven: true, isLast: false })
  return whole
}
