import type { BulkRun } from '../../client/bulk/bulk-run.ts'
import { memoryOf } from '../../client/bulk/result-size.ts'
import type { Client, ClientStatus } from '../../client/client.ts'
import type { BodyMemory } from '../../policies/admission/gates/body-memory.ts'
import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import type { CommitGroup } from '../../stores/run-store.ts'
import { noWish, type RunWish } from '../../stores/run-wish.ts'
import type { ChunkItem, ClaimedChunk as Claimed, HeldChunk, SharedStore } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { placedItem } from '../placed-item.ts'
import { SliceRecorder } from '../slice-recorder.ts'
import { readSpooled } from '../spooled-request.ts'
import type { StoreState } from '../store-state.ts'
import type { StoringOptions } from '../stored-result.ts'
import { StoringRun } from '../storing-run.ts'
import { untilStored } from '../until-stored.ts'
import { ChunkFeed, type ClaimedChunk } from './chunk-feed.ts'
import { type Held, HeldChunks } from './held-chunks.ts'
import type { Solo } from './solo.ts'
import { inStoreTime } from './store-clock.ts'
import type { WorkTally } from './work-tally.ts'
import { deathsUntilAlone, givenUp, maxDeaths } from './worker-died.ts'
import type { OpenedRun, WorkerEvent } from './worker-options.ts'

/** Maximum number of items in memory besides those in flight, so that one slow host does not block the others. */
const readAhead = 100

/** Options of a worker for a run, complete and validated. */
export interface RunPlan {
  readonly client: Client
  /** The run's own limit, over all workers. */
  readonly concurrency: number
  readonly isKeyed: boolean
  readonly storing: StoringOptions
  readonly deadline: OpenedRun['deadline']
}

export interface RunSessionSettings {
  readonly store: SharedStore
  readonly run: StoredRun
  readonly worker: number
  /** Claims the next chunk of the run. */
  readonly claim: () => Promise<Claimed | undefined>
  readonly plan: RunPlan
  /** Closed with the session, like the client of the plan. */
  readonly limits: SharedLimits
  readonly tally: WorkTally
  /** Milliseconds by which the clock of the store is ahead of this one. */
  readonly clockOffset: () => number
  /** Records the size of each response. */
  readonly memory: BodyMemory
  /** False while the responses that wait for the store fill the memory for bodies. */
  readonly hasRoom: () => boolean
  /** Runs items that may have killed workers, one at a time with nothing else in flight. */
  readonly solo: Solo
  /** False while another worker may have taken over the chunks of this one. */
  readonly isLeased: () => boolean
  /** Cancelled when results that the store does not accept are given up. */
  readonly givingUp: Cancellation
  /** Records whether operations of the store succeed. */
  readonly state: StoreState
  readonly clock: Clock
  readonly onEvent: (event: WorkerEvent) => void
}

/**
 * One worker's part in one run: claims chunks, processes their items, stores the results, and releases unfinished
 * chunks. Only commits under the newest epoch of a chunk count, so that a slow worker overwrites nothing.
 */
export class RunSession {
  readonly #settings: RunSessionSettings
  readonly #held = new HeldChunks()
  readonly #feed: ChunkFeed
  readonly #bulk: BulkRun
  readonly #kept: StoringRun
  readonly #stopping = new Cancellation()
  /** Operations on the store that have failed or are not answered, and are repeated. */
  readonly #failing = new Set<unknown>()
  /** Item that runs with nothing else in flight. */
  #alone: BulkRun | undefined
  #wish = noWish
  #allowed = 1

  constructor(settings: RunSessionSettings) {
    const { run, plan, clock } = settings
    this.#settings = settings
    this.#feed = new ChunkFeed({ keySeed: plan.isKeyed ? run.keySeed : undefined, claim: () => this.#claim() })
    this.#kept = new StoringRun({
      clock,
      commit: (group) => this.#commit(group),
      untilStored: (work) => this.#untilStored(work),
      interval: settings.store.commitInterval,
      storing: plan.storing,
      onResult: (result) => settings.memory.saw(memoryOf(result)),
      onRefused: ({ index, message }) => settings.onEvent({ type: 'item.failed', run: run.name, index, message }),
      recorder: new SliceRecorder({ createdAt: run.createdAt, status: () => plan.client.status() }),
    })
    const { failure: signal } = this.#kept
    this.#bulk = plan.client.stream(this.#feed, { keepBody: true, readAhead, deadline: plan.deadline, signal })
    this.#bulk.holdWhile(() => !settings.isLeased() || settings.solo.isTaken || !settings.hasRoom())
    this.#kept.journal.onCommit(() => this.goOn())
    this.obey(run.wish ?? noWish)
  }

  get run(): StoredRun {
    return this.#settings.run
  }

  get chunks(): readonly HeldChunk[] {
    return this.#held.chunks
  }

  /** Calls in flight, calls that wait to be admitted, and limits that hold them back. */
  get load(): Pick<ClientStatus, 'inFlight' | 'waiting' | 'heldBy'> {
    return this.#settings.plan.client.status()
  }

  /** Number of responses that are not in the store yet. */
  get unstored(): number {
    return this.#kept.unstored(this.#bulk)
  }

  /** True if it is ending. */
  get isStopped(): boolean {
    return this.#stopping.cancelled
  }

  /** Applies limits that were set from outside. */
  obey(wish: RunWish): void {
    const { rate, concurrency } = this.#wish
    this.#wish = wish
    if (JSON.stringify(wish.rate) !== JSON.stringify(rate)) this.#settings.plan.client.setRate(wish.rate)
    if (wish.concurrency === concurrency) return
    this.#settings.limits.setPlaces(this.concurrency)
    this.allow(this.#allowed)
  }

  /** The run's own limit of calls in flight. */
  get concurrency(): number {
    return this.#wish.concurrency ?? this.#settings.plan.concurrency
  }

  /** Limits the calls in flight, in addition to the limits of the run. */
  allow(concurrency: number): void {
    this.#allowed = Math.max(1, Math.min(this.concurrency, concurrency))
    this.#settings.plan.client.setConcurrency(this.#allowed)
  }

  get allowed(): number {
    return this.#allowed
  }

  /** Signals that a chunk of the run can be claimed. */
  wake(): void {
    this.#feed.wake()
  }

  /** Works until it is stopped. @throws errors of the store; the chunks are released in that case too. */
  async work(): Promise<void> {
    const onEnd = async (): Promise<void> => {
      await this.#feed.end()
      await this.#giveBack()
    }
    for await (const _ of this.#kept.follow(this.#bulk, { onEnd })) {
      // The results are in the store.
    }
  }

  /** Starts no more calls. Calls in flight may finish within `grace` milliseconds. */
  stop(reason: string, grace: number): void {
    this.#stopping.cancel(reason)
    void this.#feed.end()
    this.#bulk.stop(reason, grace)
    this.#alone?.stop(reason, grace)
  }

  /** Continues after it was held. `lostFor` milliseconds of that do not count against deadlines. */
  goOn(lostFor = 0): void {
    for (const bulk of lostFor > 0 ? [this.#bulk, this.#alone] : []) bulk?.addTime(lostFor)
    this.#bulk.wake()
    this.#alone?.wake()
  }

  /** Drops those of these chunks that this worker no longer holds. */
  keepOnly(chunks: readonly HeldChunk[], isOurs: (chunk: HeldChunk) => boolean): void {
    for (const chunk of chunks) if (!isOurs(chunk)) this.#lose(chunk)
  }

  async #claim(): Promise<ClaimedChunk | undefined> {
    for (;;) {
      const claimed = await this.#untilStored(this.#settings.claim, this.#stopping)
      if (claimed === undefined) return undefined
      const { chunk, items, deaths } = claimed
      const held = this.#held.add(chunk, items)
      this.#tell('chunk.claimed', chunk)
      if (items.length === 1 && deaths >= deathsUntilAlone) await this.#doAlone(held, items[0]!, deaths)
      else if (items.length > 0) return { held, items }
      else await this.#complete([held])
      if (this.#stopping.cancelled) return undefined
    }
  }

  /** Runs an item that may have killed workers with nothing else in flight, or gives it up once that is certain. */
  async #doAlone(held: Held, item: ChunkItem, deaths: number): Promise<void> {
    const { plan, run, solo, isLeased, onEvent } = this.#settings
    const { keySeed } = run
    const source = placedItem(readSpooled(item.request), item.index, plan.isKeyed ? keySeed : undefined)
    if (deaths >= maxDeaths) {
      const failed = givenUp(source, item.index)
      onEvent({ type: 'item.failed', run: run.name, index: item.index, message: failed.error.message })
      await this.#kept.keepAll(plan.client.stream([failed]))
      return
    }
    const work = async (): Promise<void> => {
      if (held.isLost) return
      const { failure: signal } = this.#kept
      const alone = plan.client.stream([source], { keepBody: true, deadline: plan.deadline, signal })
      alone.holdWhile(() => !isLeased())
      this.#alone = alone
      await this.#kept.keepAll(alone)
      this.#alone = undefined
    }
    await solo.alone(work, this.#stopping)
  }

  /** Commits only results of chunks that this worker holds; other workers commit their own. */
  async #commit(group: CommitGroup): Promise<void> {
    const { store, run, worker, tally } = this.#settings
    const isOurs = ({ index }: { readonly index: number }): boolean => this.#held.having(index) !== undefined
    const [results, parked] = [(group.results ?? []).filter(isOurs), (group.parked ?? []).filter(isOurs)]
    const indexes = [...results, ...parked].map(({ index }) => index)
    const touched = this.#held.havingAny(indexes)
    const chunks = Array.from(touched, ({ chunk }) => chunk)
    // Results are retained until the store accepts them; no more calls start than their memory allows.
    const whole = inStoreTime({ ...group, results, parked }, this.#settings.clockOffset())
    const { lost } = await this.#untilStored(() => store.commitHeld(run.id, worker, chunks, whole))
    for (const chunk of lost) this.#lose(chunk)

    for (const result of results.filter(isOurs)) tally.add(result)
    tally.parked += parked.filter(isOurs).length
    for (const index of indexes) this.#held.settle(index)
    await this.#complete([...touched].filter((held) => held.left.size === 0 && !held.isLost))
  }

  /** Releases chunks whose items are all done or wait for a date. */
  async #complete(done: readonly Held[]): Promise<void> {
    const chunks = done.map(({ chunk }) => chunk).filter((chunk) => this.#held.remove(chunk))
    if (chunks.length === 0) return
    await this.#untilStored(() => this.#settings.store.releaseChunks(chunks))
    for (const chunk of chunks) this.#tell('chunk.done', chunk)
  }

  async #untilStored<T>(work: () => Promise<T>, givingUp: Cancellation = this.#settings.givingUp): Promise<T> {
    const { clock, state, store, run } = this.#settings
    const onFailure = (error: unknown): void => {
      this.#failing.add(work)
      state.failed(run.id, error)
    }
    const done = await untilStored(work, { name: store.name, clock, givingUp, onFailure })
    this.#failing.delete(work)
    if (this.#failing.size === 0) state.works(run.id)
    return done
  }

  #lose(chunk: HeldChunk): void {
    if (!this.#held.lose(chunk)) return
    this.#settings.tally.lost++
    const isOfChunk = (index: number): boolean => index >= chunk.first && index < chunk.end
    for (const bulk of [this.#bulk, this.#alone]) bulk?.drop(isOfChunk, 'another worker has the chunk')
    this.#tell('chunk.lost', chunk)
  }

  /** Releases the chunks that are not done, so that other workers can claim them. */
  async #giveBack(): Promise<void> {
    const { store } = this.#settings
    // Removed before they are released, so that a report in flight does not find them missing.
    const chunks = this.#held.chunks.filter((chunk) => this.#held.remove(chunk))
    try {
      await store.releaseChunks(chunks)
      for (const chunk of chunks) this.#tell('chunk.released', chunk)
    } catch {
      // Without a store nothing can be released: other workers take the chunks over later.
    }
    await this.close()
  }

  /** Closes the client and the limits. `work` does so itself. */
  async close(): Promise<void> {
    const { plan, limits } = this.#settings
    await Promise.allSettled([plan.client.close(), limits.close()])
  }

  #tell(type: 'chunk.claimed' | 'chunk.done' | 'chunk.lost' | 'chunk.released', { number }: HeldChunk): void {
    this.#settings.onEvent({ type, run: this.#settings.run.name, chunk: number })
  }
}
