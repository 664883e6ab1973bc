import { Queue } from '../../algorithms/queue.ts'
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

/** A result, and its follow-up items. */
export interface Followed {
  readonly result: CallResult
  /** Requests that the caller makes of the result. */
  readonly items: Iterable<SourceItem>
  /** Next pages of the list of the result. An `undefined` item means that the next one is not ready yet. */
  readonly pages: Iterable<SourceItem | undefined>
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
  /** Called for each result of the run, before it is handed over. `position` is the number of items read before its item. */
  onFollowed(followed: Followed, position: number): void
}

/** True if a source accepts follow-up items. */
export function isGrowing(source: BulkSource): source is GrowingSource {
  return typeof source === 'object' && source !== null && 'onFollowed' in source
}

type Next = IteratorResult<SourceItem, undefined>
type Following = { readonly item: SourceItem; readonly level: number }

/** Item that was handed out. */
interface Parent {
  readonly position: number
  /** Number of items that it follows from, not counting the pages before it. */
  readonly level: number
  /** Its follow-up items, once it has a result. */
  items: Iterator<SourceItem> | undefined
  /** True if all of its follow-up items were handed out. */
  isDone: boolean
}

/**
 * Yields the items of a source, and before each next one the follow-up items of all results so far: those of items before the next
 * pages, the deepest first, and on each level in the order of the items that they follow from.
 */
export class FollowedSource implements GrowingSource, AsyncIterator<SourceItem, undefined, undefined> {
  readonly #source: SourceIterator
  readonly #isOneByOne: boolean
  /** Items handed out that have no result yet, by position. */
  readonly #open = new Map<number, Parent>()
  /** Items with a result whose follow-up items are not all handed out, by level, in order. */
  readonly #ready: Parent[][] = []
  /** Items of each level in order, as far as they are not done; only one by one. */
  readonly #unfinished: Queue<Parent>[] = []
  /** Pages of lists, with their level. */
  #pages: { readonly level: number; readonly items: Iterator<SourceItem | undefined> }[] = []
  #position = 0
  /** Result of a read from the source that arrived after a follow-up item had been handed out instead. */
  #late: Next | undefined
  #isReading = false
  #hasEnded = false
  #isClosed = false
  #failure: { readonly error: unknown } | undefined
  #waiting: PromiseWithResolvers<Next> | undefined

  /**
   * With `isOneByOne` an item of the source starts after all follow-up items of the previous one have results, and no follow-up
   * item before those of an earlier item on the same level.
   */
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
    this.#ready.length = 0
    this.#pages = []
    this.#give({ done: true, value: undefined })
    // Not awaited: the source may be blocked on something slow.
    Promise.resolve(this.#source.return?.()).catch(() => {})
    return { done: true, value: undefined }
  }

  onFollowed({ items, pages }: Followed, position: number): void {
    const parent = this.#open.get(position)!
    this.#open.delete(position)
    if (this.#isClosed) return
    parent.items = items[Symbol.iterator]()
    this.#ready[parent.level] ??= []
    const ready = this.#ready[parent.level]!
    ready.splice(ready.findLastIndex((other) => other.position < position) + 1, 0, parent)
    this.#pages.push({ level: parent.level, items: pages[Symbol.iterator]() })
    this.#advance()
  }

  #advance(): void {
    if (this.#waiting === undefined) return
    const next = this.#nextItem() ?? this.#nextPage()
    if (next !== undefined) {
      this.#give({ done: false, value: next.item }, next.level)
      return
    }
    if (this.#late !== undefined) {
      const late = this.#late
      this.#late = undefined
      this.#give(late)
      return
    }
    const isBusy = this.#open.size > 0 || this.#pages.length > 0 || this.#ready.some(({ length }) => length > 0)
    if (!this.#hasEnded && !this.#isReading && !(this.#isOneByOne && isBusy)) this.#read()
    if (!this.#hasEnded || isBusy || this.#waiting === undefined) return
    // Items in progress finish before the source's error is thrown.
    if (this.#failure === undefined) this.#give({ done: true, value: undefined })
    else this.#waiting.reject(this.#failure.error)
  }

  /** Next follow-up item that may be handed out, besides pages. */
  #nextItem(): Following | undefined {
    const deepest = this.#ready.length - 1
    for (let level = deepest; level >= 0; ) {
      const parent = this.#ready[level]?.[0]
      if (parent === undefined || !this.#mayFollow(parent)) {
        level--
        continue
      }
      const next = parent.items!.next()
      if (next.done !== true) return { item: next.value, level: level + 1 }
      this.#ready[level]!.shift()
      parent.isDone = true
      // Those of a deeper level may have waited for this one.
      level = deepest
    }
    return undefined
  }

  /** True unless an earlier item, of its level or of one above, is not done. */
  #mayFollow({ position, level }: Parent): boolean {
    return this.#unfinished.slice(0, level + 1).every((parents) => {
      while (parents.peek()?.isDone === true) parents.shift()
      return (parents.peek()?.position ?? position) >= position
    })
  }

  /** Next page that is ready. */
  #nextPage(): Following | undefined {
    for (const list of [...this.#pages]) {
      const next = list.items.next()
      if (next.done === true) this.#pages = this.#pages.filter((other) => other !== list)
      else if (next.value !== undefined) return { item: next.value, level: list.level }
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

  #give(next: Next, level = 0): void {
    if (this.#waiting === undefined) return
    if (next.done !== true) {
      const parent: Parent = { position: this.#position++, level, items: undefined, isDone: false }
      this.#open.set(parent.position, parent)
      if (this.#isOneByOne) {
        this.#unfinished[level] ??= new Queue()
        this.#unfinished[level]!.push(parent)
      }
    }
    this.#waiting.resolve(next)
    this.#waiting = undefined
  }
}
