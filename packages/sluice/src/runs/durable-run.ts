import type { CostLedger } from '../client/bulk/budget.ts'
import type { BulkRun } from '../client/bulk/bulk-run.ts'
import type { GrowingSource } from '../client/bulk/follow.ts'
import type { Progress } from '../client/bulk/progress.ts'
import type { SourceItem } from '../client/bulk/source.ts'
import type { Client } from '../client/client.ts'
import type { CallResult } from '../client/result.ts'
import { callQuietly } from '../events/emitter.ts'
import { resultPages } from '../stores/result-pages.ts'
import type { RunStore } from '../stores/run-store.ts'
import { checkedSteering, noWish, type RunSteering, type RunWish } from '../stores/run-wish.ts'
import type { SpooledItem, StoredResult } from '../stores/stored-item.ts'
import type { StoredRun } from '../stores/stored-run.ts'
import type { Clock } from '../time/clock.ts'
import { isoDate } from '../time/iso-date.ts'
import type { RunOptions } from './run-options.ts'
import type { Parking, StoringRun } from './storing-run.ts'
import type { Tasks } from './tasks.ts'
import type { ToDo } from './to-do.ts'
import { isChanged, WishWatch } from './wish-watch.ts'

/** Number of consecutive parked items after which the run stops: the rest of the source would be parked too. */
const parkedInARow = 1_000

export interface DurableRunParts {
  readonly run: StoredRun
  readonly toDo: ToDo
  readonly kept: StoringRun
  readonly tasks: Tasks
  readonly stream: (items: GrowingSource) => BulkRun
  /** Serializes items that follow from a result, for the commit of that result; undefined if the run cannot grow. */
  readonly entriesOf: ((items: Iterable<SourceItem>) => readonly SpooledItem[]) | undefined
  readonly open: OpenItems
  /** Items that followed from results in earlier sessions. */
  readonly earlier: NonNullable<GrowingSource['earlier']>
  readonly spending: CostLedger
  readonly store: RunStore
  readonly client: Client
  readonly clock: Clock
  readonly onSteered: RunOptions['onSteered']
  /** Called when the run is stopped by its user, with the grace period if one is given. */
  readonly onStop: (grace: number | undefined) => void
  /** Releases the resources of the run. */
  readonly onEnd: () => Promise<void>
}

/** Number of items of a session that were started and are not stored yet. */
export interface OpenItems {
  count: number
}

/** Progress of a stored run in this session. */
export interface RunProgress extends Progress {
  /** Number of results of earlier sessions. */
  readonly before: number
  /** Number of items parked in this session, until a date that the server has named. */
  readonly parked: number
}

/**
 * Run whose results are stored. Iterate it to run it: each result is yielded once, and when the iteration has ended,
 * all are in the store. Leaving the loop, or a kill at any time, loses nothing that was committed; `resumeRun`
 * continues.
 */
export class DurableRun<T = unknown> implements AsyncIterable<CallResult<T>> {
  readonly #parts: DurableRunParts
  readonly #bulk: BulkRun
  #hasEnded = false
  /** Time of the pause by the clock; undefined while it is not paused. */
  #pausedAt: number | undefined
  #parked = 0
  #parkedInARow = 0
  /** Items that follow from results that are not stored yet, by index of the result. */
  readonly #following = new Map<number, readonly SourceItem[]>()
  readonly #open: OpenItems
  readonly #wishes: WishWatch

  constructor(parts: DurableRunParts) {
    const { run, store, clock } = parts
    this.#parts = parts
    this.#open = parts.open
    this.#bulk = parts.stream(this.#items())
    this.#bulk.holdWhile(() => this.isPaused)
    const obey = (wish: RunWish, before: RunWish): void => this.#obey(wish, before)
    this.#wishes = new WishWatch({ store, runId: run.id, clock, obey })
  }

  /** Name of the run, unique in its store. */
  get name(): string {
    return this.#parts.run.name
  }

  /** The run as it was when this session started. */
  get stored(): StoredRun {
    return this.#parts.run
  }

  get progress(): RunProgress {
    const { succeeded, failed } = this.#parts.run
    return { ...this.#bulk.progress, before: succeeded + failed, parked: this.#parked }
  }

  /** Reason why it was stopped before its end. */
  get stopReason(): string | undefined {
    return this.#bulk.stopReason
  }

  /** Starts no more calls. Calls in flight may finish within `grace` milliseconds; a resume does the rest. */
  stop(reason?: string, grace?: number): void {
    this.#bulk.stop(reason, grace)
    this.#parts.onStop(grace)
  }

  /** True while it is paused, by this process or from outside. */
  get isPaused(): boolean {
    return this.#pausedAt !== undefined
  }

  /**
   * Sends nothing more until `resume`, in this session and in later ones. Calls in flight continue. @throws StoreError
   */
  pause(): Promise<void> {
    return this.#steer({ state: 'paused' })
  }

  /** Continues after `pause`. @throws StoreError */
  resume(): Promise<void> {
    return this.#steer({ state: 'running' })
  }

  /** Changes limits, in this session and in later ones. @throws SettingsError for an invalid limit; StoreError */
  set(limits: Pick<RunSteering, 'rate' | 'concurrency' | 'budget'>): Promise<void> {
    return this.#steer(limits)
  }

  /** Runs to the end. @throws StoreError, and errors of the source. */
  async finish(): Promise<void> {
    for await (const _ of this) {
      // The results are in the store.
    }
  }

  /** All results in the store, those of earlier sessions included, in the order of the source. @throws StoreError */
  async *results(): AsyncGenerator<StoredResult, void, undefined> {
    for await (const page of resultPages(this.#parts.store, this.#parts.run.id)) yield* page
  }

  [Symbol.asyncIterator](): AsyncGenerator<CallResult<T>, void, undefined> {
    const { run, kept, onEnd } = this.#parts
    this.#wishes.begin(run.wish ?? noWish)
    const results = kept.follow(this.#bulk, {
      onKeep: (index, parking) => this.#onKeep(index, parking),
      following: (index) => this.#entriesOf(index),
      onEnd: async () => {
        this.#hasEnded = true
        this.#wishes.end()
        await onEnd()
      },
    })
    return results as AsyncGenerator<CallResult<T>, void, undefined>
  }

  /** Items to do, returned synchronously if the source returns them synchronously. */
  #items(): GrowingSource {
    const { tasks } = this.#parts
    const next = (): IteratorResult<SourceItem> | Promise<IteratorResult<SourceItem>> => {
      const item = tasks.next()
      return item !== undefined && 'then' in item ? item.then((late) => this.#give(late)) : this.#give(item)
    }
    return {
      earlier: this.#parts.earlier,
      spending: this.#parts.spending,
      [Symbol.asyncIterator]: () => ({ next }) as AsyncIterator<SourceItem>,
      onFollowed: ({ result, items, pages }) => {
        const all = [...items, ...pages].filter((item) => item !== undefined)
        if (all.length > 0) this.#following.set(result.index, all)
      },
    }
  }

  async #steer(steering: RunSteering): Promise<void> {
    const { run, store } = this.#parts
    await store.steer(run.id, checkedSteering(steering))
    await this.#wishes.look()
  }

  #obey(wish: RunWish, before: RunWish): void {
    const { client, onSteered } = this.#parts
    if (isChanged(wish, before, 'rate')) client.setRate(wish.rate)
    if (isChanged(wish, before, 'concurrency') && wish.concurrency !== undefined)
      client.setConcurrency(wish.concurrency)
    if (isChanged(wish, before, 'budget') && wish.budget !== undefined) this.#bulk.budget.change(wish.budget)
    this.#hold(wish.state === 'paused')
    this.#bulk.wake()
    if (wish.state === 'stopped') this.stop('the run was stopped from outside')
    if (onSteered !== undefined) callQuietly(() => onSteered(wish, before), undefined)
  }

  /** Holds the calls, or releases them and extends their deadlines by the time they were held. */
  #hold(isHeld: boolean): void {
    const now = this.#parts.clock.now()
    if (!isHeld && this.#pausedAt !== undefined) this.#bulk.addTime(now - this.#pausedAt)
    this.#pausedAt = isHeld ? (this.#pausedAt ?? now) : undefined
  }

  #entriesOf(index: number): readonly SpooledItem[] {
    const items = this.#following.get(index) ?? []
    this.#following.delete(index)
    return this.#parts.entriesOf?.(items) ?? []
  }

  #give(item: SourceItem | undefined): IteratorResult<SourceItem> {
    // The item may have been requested before the run was stopped, and arrive after the store was released.
    if (this.#hasEnded) return { done: true, value: undefined }
    if (item !== undefined) {
      this.#open.count++
      return { done: false, value: item }
    }
    // Stores the end of the source, even if no result follows.
    this.#parts.kept.journal.touch()
    return { done: true, value: undefined }
  }

  #onKeep(index: number, parking: Parking | undefined): void {
    this.#parts.toDo.settle(index)
    this.#open.count--
    if (parking === undefined) {
      this.#parkedInARow = 0
      return
    }
    this.#parked++
    if (++this.#parkedInARow === parkedInARow)
      this.#bulk.stop(`the remaining items have to wait until ${isoDate(parking.until)}`)
  }
}
