import type { CallError } from '../errors.ts'
import type { CallResult } from '../result.ts'
import type { CostLedger } from './budget.ts'
import { type BulkSource, itemOf, openSource, type SourceItem, type SourceIterator } from './source.ts'

/** Turns the result of a successful item into a failure with this error. */
export function failureOf(result: CallResult, error: CallError): CallResult {
  if (!result.ok) return result
  const { ok: _, value: __, body: ___, fromCache: ____, ...rest } = result
  return { ...rest, ok: false, error }
}

/** A result, and its follow-up items. An `undefined` item means that the next one is not ready yet. */
export interface Followed {
  readonly result: CallResult
  readonly items: Iterable<SourceItem | undefined>
}

/** Decides which requests follow from the results of a run. Never throws. */
export interface Follower {
  /** Returns the item to start with for an item of the source, such as the first page of its list. */
  begin(item: SourceItem, index: number): SourceItem
  /** Restores an item of an earlier session, in their order; `isDone` if it has a result. */
  restore(item: SourceItem, isDone: boolean): void
  /** Called once for each item that was started, with the item as returned by `begin` or by an earlier result. */
  after(result: CallResult, item: SourceItem): Followed
}

/** Source that accepts the follow-up items of results. */
export interface GrowingSource extends AsyncIterable<SourceItem> {
  /** Items of earlier sessions, in their order; `isDone` if the item has a result. */
  readonly earlier?: Iterable<{ readonly item: SourceItem; readonly isDone: boolean }>
  /** Stores the costs of the run. */
  readonly spending?: CostLedger
  /** Called for each result of the run, before it is handed over, with its follow-up items. */
  onFollowed(result: CallResult, items: Iterable<SourceItem | undefined>): void
}

/** True if a source accepts follow-up items. */
export function isGrowing(source: BulkSource): source is GrowingSource {
  return typeof source === 'object' && source !== null && 'onFollowed' in source
}

type Next = IteratorResult<SourceItem, undefined>

/** Yields the items of a source, and before each next one the follow-up items of all results so far. */
export class FollowedSource implements GrowingSource, AsyncIterator<SourceItem, undefined, undefined> {
  readonly #source: SourceIterator
  readonly #isOneByOne: boolean
  /** Follow-up items; those of the newest result come first. */
  #following: Iterator<SourceItem | undefined>[] = []
  /** Number of items handed out that have no result yet. */
  #open = 0
  /** Result of a read from the source that arrived after a follow-up item had been handed out instead. */
  #late: Next | undefined
  #isReading = false
  #hasEnded = false
  #isClosed = false
  #failure: { readonly error: unknown } | undefined
  #waiting: PromiseWithResolvers<Next> | undefined

  /** With `isOneByOne` an item of the source starts after all follow-up items of the previous one have results. */
  constructor(source: BulkSource, isOneByOne: boolean) {
    this.#source = openSource(source)
    this.#isOneByOne = isOneByOne
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Next> {
    this.#waiting = Promise.withResolvers<Next>()
    const { promise } = this.#waiting
    this.#advance()
    return promise
  }

  /** Ends reading, without waiting for the source. */
  async return(): Promise<Next> {
    this.#isClosed = true
    this.#following = []
    this.#give({ done: true, value: undefined })
    // Not awaited: the source may be blocked on something slow.
    Promise.resolve(this.#source.return?.()).catch(() => {})
    return { done: true, value: undefined }
  }

  onFollowed(_result: CallResult, items: Iterable<SourceItem | undefined>): void {
    this.#open--
    if (this.#isClosed) return
    this.#following.unshift(items[Symbol.iterator]())
    this.#advance()
  }

  #advance(): void {
    if (this.#waiting === undefined) return
    const next = this.#nextFollowing()
    if (next !== undefined) {
      this.#give({ done: false, value: next })
      return
    }
    if (this.#late !== undefined) {
      const late = this.#late
      this.#late = undefined
      this.#give(late)
      return
    }
    const isBusy = this.#open > 0 || this.#following.length > 0
    if (!this.#hasEnded && !this.#isReading && !(this.#isOneByOne && isBusy)) this.#read()
    if (!this.#hasEnded || isBusy || this.#waiting === undefined) return
    // Items in progress finish before the source's error is thrown.
    if (this.#failure === undefined) this.#give({ done: true, value: undefined })
    else this.#waiting.reject(this.#failure.error)
  }

  /** Next follow-up item that is ready. */
  #nextFollowing(): SourceItem | undefined {
    for (const items of [...this.#following]) {
      const next = items.next()
      if (next.done === true) this.#following = this.#following.filter((one) => one !== items)
      else if (next.value !== undefined) return next.value
    }
    return undefined
  }

  #read(): void {
    this.#isReading = true
    const take = (next: IteratorResult<unknown>): void => {
      this.#isReading = false
      if (next.done === true) this.#hasEnded = true
      else this.#late = { done: false, value: itemOf(next.value as SourceItem) }
    }
    const fail = (error: unknown): void => {
      this.#isReading = false
      this.#hasEnded = true
      this.#failure = { error }
    }
    try {
      const next = this.#source.next()
      if ('then' in next) {
        next
          .then(take)
          .catch(fail)
          .then(() => this.#advance())
        return
      }
      take(next)
    } catch (error) {
      fail(error)
    }
    this.#advance()
  }

  #give(next: Next): void {
    if (this.#waiting === undefined) return
    if (next.done !== true) this.#open++
    this.#waiting.resolve(next)
    this.#waiting = undefined
  }
}
