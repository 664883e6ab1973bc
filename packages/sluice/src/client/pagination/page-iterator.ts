import { SluiceError } from '../../errors/sluice-error.ts'
import type { RequestInput } from '../../http/request.ts'
import { ResultsBuffer } from '../bulk/results-buffer.ts'
import { type CallError, UnfinishedError } from '../errors.ts'
import type { ErrorMapping } from '../map-error.ts'
import { jsonOf } from '../read-value.ts'
import type { CallResult, Success } from '../result.ts'
import type { SchemaOf, SchemaVerdict } from '../schema/standard-schema.ts'
import type { PaginationSettings } from './options.ts'
import { type PageRequests, pageList } from './page-requests.ts'
import { type NextPages, type PagePlace, type PageSequence, PaginationError } from './page-sequence.ts'
import { PageWindow } from './page-window.ts'

/** Options of the call for each page. */
export interface PageCallOptions {
  readonly signal: AbortSignal
  readonly deadline: number | undefined
  readonly schema: SchemaOf<unknown> | undefined
  /** True if the result must include the bytes of the body. */
  readonly keepBody: boolean
}

/** Calls that fetch pages. */
export interface PageCalls {
  /** Requests one page. @throws the signal's reason if aborted */
  one(request: RequestInput, options: PageCallOptions): Promise<CallResult>
  /** Requests any number of pages; results in the order of completion. */
  many(requests: AsyncIterable<RequestInput>, options: PageCallOptions): AsyncIterable<CallResult>
  /** Maximum number of pages in flight. */
  limit(): number
  /** Mapping of the errors that are thrown or yielded. */
  readonly mapped: ErrorMapping
}

/** A page that is returned to the caller. */
export interface ReturnedPage {
  readonly result: CallResult
  readonly list: readonly unknown[] | undefined
}

type Many = Extract<NextPages, { readonly kind: 'many' }>

/** Requests the pages of a sequence, one by one or concurrently, and yields them in order. */
export class PageIterator {
  readonly #sequence: PageSequence
  readonly #requests: PageRequests
  readonly #settings: PaginationSettings
  readonly #calls: PageCalls
  readonly #leave = new AbortController()
  readonly #options: PageCallOptions
  #next: NextPages
  /** Number of pages processed so far. */
  #number = 0
  #ahead: Promise<CallResult> | undefined

  constructor(sequence: PageSequence, requests: PageRequests, settings: PaginationSettings, calls: PageCalls) {
    this.#sequence = sequence
    this.#requests = requests
    this.#settings = settings
    this.#calls = calls
    const { deadline, schema, style } = settings
    // A cursor may be a number that only the text of the page holds at full precision.
    const keepBody = style.style === 'cursor'
    this.#options = { signal: this.#leave.signal, deadline, schema: schema && withRaw(schema), keepBody }
    this.#next = { kind: 'one', place: sequence.first }
  }

  /** Yields all pages. Leaving the loop cancels the calls in flight. */
  async *pages(): AsyncGenerator<ReturnedPage, void, undefined> {
    const { signal } = this.#settings
    const { mapped } = this.#calls
    signal?.throwIfAborted()
    const abort = (): void => this.#leave.abort(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      yield* this.#all()
    } catch (error) {
      throw error instanceof SluiceError && error !== signal?.reason ? mapped.error(error as CallError) : error
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#leave.abort(new UnfinishedError('the pages are no longer read'))
    }
  }

  async *#all(): AsyncGenerator<ReturnedPage, void, undefined> {
    const { maxPages } = this.#settings
    while (this.#next.kind !== 'end') {
      if (this.#next.kind === 'error') throw this.#next.error
      if (this.#number >= maxPages) {
        const message = `there are more than ${maxPages} pages; raise maxPages to read them`
        throw new PaginationError('SLUICE_PAGE_LIMIT', this.#number, message)
      }
      if (this.#next.kind === 'many') yield* this.#many(this.#next)
      else yield* this.#one(this.#next.place)
    }
  }

  async *#one(place: PagePlace): AsyncGenerator<ReturnedPage, void, undefined> {
    const result = await (this.#ahead ?? this.#ask(place))
    this.#ahead = undefined
    const page = this.#take(result, place)
    const { readAhead, maxPages } = this.#settings
    if (readAhead && this.#next.kind === 'one' && this.#number < maxPages) {
      this.#ahead = this.#ask(this.#next.place)
      // The iterator may be closed before this promise is awaited.
      this.#ahead.catch(() => {})
    }
    if (page !== undefined) yield page
  }

  async *#many({ count, placeOf }: Many): AsyncGenerator<ReturnedPage, void, undefined> {
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
        if (this.#next.kind !== 'many') return
      }
    }
  }

  #ask(place: PagePlace): Promise<CallResult> {
    return this.#calls.one(this.#requests.of(place, this.#number + 1), this.#options)
  }

  /** Processes the next page. Undefined if it only marks the end. @throws its error, unless failures are yielded */
  #take(whole: CallResult, place: PagePlace): ReturnedPage | undefined {
    const index = this.#number++
    if (!whole.ok) {
      const { isGiven, next } = this.#sequence.afterFailure(whole.status)
      if (isGiven && !this.#settings.yieldsFailures) throw whole.error
      this.#next = next
      return isGiven ? { result: this.#calls.mapped.result({ ...whole, index }), list: undefined } : undefined
    }
    const { body, ...result } = whole
    const { raw, value } = this.#valueOf(result)
    const number = this.#number
    const list = pageList({ number, raw, value }, this.#settings)
    const url = result.redirectedTo ?? place.url
    const { status, headers } = result
    const exact = (): unknown => (body === undefined ? raw : jsonOf({ body, status, headers }, 'source'))
    const { isGiven, next } = this.#sequence.after(
      this.#sequence.read({ number, place, url, headers, raw, exact, list }),
    )
    this.#next = next
    return isGiven ? { result: { ...result, index, value }, list } : undefined
  }

  #valueOf({ value }: Success): RawAndValue {
    return this.#settings.schema === undefined ? { raw: value, value } : (value as RawAndValue)
  }
}

/** Value as received, and the output of its schema. */
interface RawAndValue {
  readonly raw: unknown
  readonly value: unknown
}

/** Wraps a schema so that its output includes the raw value: the schema may drop what leads to the next page. */
function withRaw(schema: SchemaOf<unknown>): SchemaOf<RawAndValue> {
  const { validate } = schema['~standard']
  return {
    '~standard': {
      version: 1,
      vendor: 'sluice',
      validate(raw) {
        const both = (verdict: SchemaVerdict<unknown>): SchemaVerdict<RawAndValue> =>
          verdict.issues === undefined ? { value: { raw, value: verdict.value } } : verdict
        const verdict = validate.call(schema['~standard'], raw)
        return 'then' in verdict ? verdict.then(both) : both(verdict)
      },
    },
  }
}
