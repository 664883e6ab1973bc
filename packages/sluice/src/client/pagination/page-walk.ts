import type { RequestInput } from '../../http/request.ts'
import { ResultsBuffer } from '../bulk/results-buffer.ts'
import { UnfinishedError } from '../errors.ts'
import { jsonOf } from '../read-value.ts'
import type { CallResult, Success } from '../result.ts'
import type { SchemaOf } from '../schema/standard-schema.ts'
import { PaginationError } from './errors.ts'
import type { PaginationSettings } from './options.ts'
import type { Onward, PagePlace, Trail } from './page.ts'
import { pageList } from './page-list.ts'
import type { PageRequests } from './page-requests.ts'
import { PageWindow } from './page-window.ts'
import { type RawAndValue, withRaw } from './paged-schema.ts'

/** Options of each page's call. */
export interface PageCallOptions {
  readonly signal: AbortSignal
  readonly deadline: number | undefined
  readonly schema: SchemaOf<unknown> | undefined
  /** Whether the bytes of the body are wanted besides its value. */
  readonly keepBody: boolean
}

/** What asks for pages. */
export interface PageCalls {
  /** One page. @throws the signal's reason if aborted */
  one(request: RequestInput, options: PageCallOptions): Promise<CallResult>
  /** Any number of pages, in the order of completion. */
  many(requests: AsyncIterable<RequestInput>, options: PageCallOptions): AsyncIterable<CallResult>
  /** How many may be in flight. */
  limit(): number
}

/** A page as it is handed over. */
export interface GivenPage {
  readonly result: CallResult
  readonly list: readonly unknown[] | undefined
}

type Many = Extract<Onward, { readonly kind: 'many' }>

/** Goes the way that a trail shows, page by page or many at a time, and hands the pages over in their order. */
export class PageWalk {
  readonly #trail: Trail
  readonly #requests: PageRequests
  readonly #settings: PaginationSettings
  readonly #calls: PageCalls
  readonly #leave = new AbortController()
  readonly #options: PageCallOptions
  #onward: Onward
  /** Pages taken. */
  #number = 0
  #ahead: Promise<CallResult> | undefined

  constructor(trail: Trail, requests: PageRequests, settings: PaginationSettings, calls: PageCalls) {
    this.#trail = trail
    this.#requests = requests
    this.#settings = settings
    this.#calls = calls
    const { deadline, schema, style } = settings
    // A cursor may be a number that only the text of the page has in full.
    const keepBody = style.style === 'cursor'
    this.#options = { signal: this.#leave.signal, deadline, schema: schema && withRaw(schema), keepBody }
    this.#onward = { kind: 'one', place: trail.first }
  }

  /** All pages. Leaving the loop cancels what is under way. */
  async *pages(): AsyncGenerator<GivenPage, void, undefined> {
    const { signal } = this.#settings
    signal?.throwIfAborted()
    const abort = (): void => this.#leave.abort(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      yield* this.#all()
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#leave.abort(new UnfinishedError('nobody reads the pages any more'))
    }
  }

  async *#all(): AsyncGenerator<GivenPage, void, undefined> {
    const { maxPages } = this.#settings
    while (this.#onward.kind !== 'end') {
      if (this.#onward.kind === 'error') throw this.#onward.error
      if (this.#number >= maxPages) {
        const message = `more pages follow, and ${maxPages} are as many as may be: maxPages allows more`
        throw new PaginationError('SLUICE_PAGE_LIMIT', this.#number, message)
      }
      if (this.#onward.kind === 'many') yield* this.#many(this.#onward)
      else yield* this.#one(this.#onward.place)
    }
  }

  async *#one(place: PagePlace): AsyncGenerator<GivenPage, void, undefined> {
    const result = await (this.#ahead ?? this.#ask(place))
    this.#ahead = undefined
    const page = this.#take(result, place)
    const { readAhead, maxPages } = this.#settings
    if (readAhead && this.#onward.kind === 'one' && this.#number < maxPages) {
      this.#ahead = this.#ask(this.#onward.place)
      // It may be left before anybody waits for it.
      this.#ahead.catch(() => {})
    }
    if (page !== undefined) yield page
  }

  async *#many({ count, placeOf }: Many): AsyncGenerator<GivenPage, void, undefined> {
    const { concurrency, maxPages } = this.#settings
    const before = this.#number
    const requestOf = (position: number): RequestInput => this.#requests.of(placeOf(position), before + position + 1)
    const limit = (): number => concurrency ?? this.#calls.limit()
    const window = new PageWindow(Math.min(count, maxPages - before), requestOf, limit)
    const inOrder = new ResultsBuffer(true)
    for await (const settled of this.#calls.many(window, this.#options)) {
      window.onSettled()
      inOrder.add(settled.index, settled)
      for (let result = inOrder.take(); result !== undefined; result = inOrder.take()) {
        const page = this.#take(result, placeOf(this.#number - before))
        if (page !== undefined) yield page
        window.onGiven()
        if (this.#onward.kind !== 'many') return
      }
    }
  }

  #ask(place: PagePlace): Promise<CallResult> {
    return this.#calls.one(this.#requests.of(place, this.#number + 1), this.#options)
  }

  /** Takes note of the next page. `undefined` if it only marks the end. @throws its error, unless failures are wanted */
  #take(whole: CallResult, place: PagePlace): GivenPage | undefined {
    const index = this.#number++
    if (!whole.ok) {
      if (!this.#settings.yieldsFailures) throw whole.error
      this.#onward = this.#trail.afterFailure()
      return { result: { ...whole, index }, list: undefined }
    }
    const { body, ...result } = whole
    const { raw, value } = this.#valueOf(result)
    const number = this.#number
    const list = pageList({ number, raw, value }, this.#settings)
    const url = result.redirectedTo ?? place.url
    const { status, headers } = result
    const exact = (): unknown => (body === undefined ? raw : jsonOf({ body, status }, 'source'))
    const { isGiven, onward } = this.#trail.after({ number, place, url, headers, raw, exact, list })
    this.#onward = onward
    return isGiven ? { result: { ...result, index, value }, list } : undefined
  }

  #valueOf({ value }: Success): RawAndValue {
    return this.#settings.schema === undefined ? { raw: value, value } : (value as RawAndValue)
  }
}
