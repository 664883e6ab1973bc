import type { BulkRun } from '../../client/bulk/bulk-run.ts'
import type { Client } from '../../client/client.ts'
import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import type { CommitGroup } from '../../stores/run-store.ts'
import { noWish, type RunWish } from '../../stores/run-wish.ts'
import type { ChunkItem, ClaimedChunk as Claimed, HeldChunk, SharedStore } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { KeptRun } from '../kept-run.ts'
import { placedItem } from '../placed-item.ts'
import { SliceRecorder } from '../slice-recorder.ts'
import { readSpooled } from '../spooled-request.ts'
import type { StoringOptions } from '../stored-result.ts'
import { type BodyMemory, memoryOf } from './body-memory.ts'
import { ChunkFeed, type ClaimedChunk } from './chunk-feed.ts'
import { type Held, HeldChunks } from './held-chunks.ts'
import type { Solo } from './solo.ts'
import { inStoreTime } from './store-clock.ts'
import type { StoreState } from './store-state.ts'
import { untilStored } from './until-stored.ts'
import type { WorkTally } from './work-tally.ts'
import { deathsUntilAlone, givenUp, mostDeaths } from './worker-died.ts'
import type { OpenedRun, WorkerEvent } from './worker-options.ts'

/** Items that may be kept in memory besides those in flight, so that one slow host does not hold up the others. */
const readAhead = 100

/** Options with which a worker does a run, complete and checked. */
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
  /** Closed with the session, as the client of the plan is. */
  readonly limits: SharedLimits
  readonly tally: WorkTally
  /** Milliseconds by which the clock of the store is ahead of this one. */
  readonly clockOffset: () => number
  /** Told of the size of each answer. */
  readonly memory: BodyMemory
  /** False while the answers that wait for the store take all memory for bodies. */
  readonly hasRoom: () => boolean
  /** Has items done alone of which workers have died. */
  readonly solo: Solo
  /** False while another worker may have taken the chunks of this one over. */
  readonly isLeased: () => boolean
  /** Cancelled when results that the store does not take are given up. */
  readonly givingUp: Cancellation
  /** Told whether the store does what the run needs. */
  readonly state: StoreState
  readonly clock: Clock
  readonly onEvent: (event: WorkerEvent) => void
}

/**
 * One worker's part in one run: claims chunks, does their items, stores the results, and releases the chunks not done.
 * Only commits under the newest epoch of a chunk count, so that a worker that was too slow overwrites nothing.
 */
export class RunSession {
  readonly #settings: RunSessionSettings
  readonly #held = new HeldChunks()
  readonly #feed: ChunkFeed
  readonly #bulk: BulkRun
  readonly #kept: KeptRun
  readonly #stopping = new Cancellation()
  /** The item that goes with nothing else in flight. */
  #alone: BulkRun | undefined
  #wish = noWish
  #allowed = 1

  constructor(settings: RunSessionSettings) {
    const { run, plan, clock } = settings
    this.#settings = settings
    this.#feed = new ChunkFeed({
      keySeed: plan.isKeyed ? run.keySeed : undefined,
      claim: () => this.#claim(),
    })
    this.#kept = new KeptRun({
      clock,
      commit: (group) => this.#commit(group),
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

  /** Calls in flight, and calls that wait to be admitted. */
  get load(): { readonly inFlight: number; readonly waiting: number } {
    return this.#settings.plan.client.status()
  }

  /** Answers that are not in the store yet. */
  get unstored(): number {
    return this.#bulk.ready + this.#kept.journal.unstored
  }

  /** True if it is ending. */
  get isStopped(): boolean {
    return this.#stopping.cancelled
  }

  /** Takes on the limits that were set from outside. */
  obey(wish: RunWish): void {
    const { rate, concurrency } = this.#wish
    this.#wish = wish
    if (JSON.stringify(wish.rate) !== JSON.stringify(rate)) this.#settings.plan.client.setRate(wish.rate)
    if (wish.concurrency !== concurrency) this.allow(this.#allowed)
  }

  /** The run's own limit of calls in flight. */
  get concurrency(): number {
    return this.#wish.concurrency ?? this.#settings.plan.concurrency
  }

  /** Limits the calls in flight, besides the limits of the run. */
  allow(concurrency: number): void {
    this.#allowed = Math.max(1, Math.min(this.concurrency, concurrency))
    this.#settings.plan.client.setConcurrency(this.#allowed)
  }

  get allowed(): number {
    return this.#allowed
  }

  /** A chunk of the run can be claimed. */
  wake(): void {
    this.#feed.wake()
  }

  /** Works until it is stopped. @throws errors of the store; the chunks were released then too. */
  async work(): Promise<void> {
    const onEnd = async (): Promise<void> => {
      await this.#feed.end()
      await this.#giveBack()
    }
    for await (const _ of this.#kept.follow(this.#bulk, { onEnd })) {
      // The results are in the store.
    }
  }

  /** Starts no more calls; those in flight may finish within `grace` milliseconds. */
  stop(reason: string, grace: number): void {
    this.#stopping.cancel(reason)
    void this.#feed.end()
    this.#bulk.stop(reason, grace)
    this.#alone?.stop(reason, grace)
  }

  /** Goes on after it was held; `lostFor` milliseconds of that do not count against deadlines. */
  goOn(lostFor = 0): void {
    for (const bulk of lostFor > 0 ? [this.#bulk, this.#alone] : []) bulk?.addTime(lostFor)
    this.#bulk.wake()
    this.#alone?.wake()
  }

  /** Drops those of these chunks that are not this worker's any more. */
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

  /** Does an item of which workers may have died: with nothing else in flight, and not again once it is certain. */
  async #doAlone(held: Held, item: ChunkItem, deaths: number): Promise<void> {
    const { plan, run, solo, isLeased, onEvent } = this.#settings
    const { keySeed } = run
    const source = placedItem(readSpooled(item.request), item.index, plan.isKeyed ? keySeed : undefined)
    if (deaths >= mostDeaths) {
      const failed = givenUp(source, item.index)
      onEvent({ type: 'item.failed', run: run.name, index: item.index, message: failed.error.message })
      await this.#kept.keepAll(plan.client.stream([failed]))
      return
    }
    const work = async (): Promise<void> => {
      if (held.isLost) return
      const alone = plan.client.stream([source], {
        keepBody: true,
        deadline: plan.deadline,
        signal: this.#kept.failure,
      })
      alone.holdWhile(() => !isLeased())
      this.#alone = alone
      await this.#kept.keepAll(alone)
      this.#alone = undefined
    }
    await solo.alone(work, this.#stopping)
  }

  /** Commits only results of chunks that this worker holds; other workers commit those of theirs. */
  async #commit(group: CommitGroup): Promise<void> {
    const { store, run, worker, tally } = this.#settings
    const isOurs = ({ index }: { readonly index: number }): boolean => this.#held.having(index) !== undefined
    const [results, parked] = [(group.results ?? []).filter(isOurs), (group.parked ?? []).filter(isOurs)]
    const indexes = [...results, ...parked].map(({ index }) => index)
    const touched = this.#held.havingAny(indexes)
    const chunks = Array.from(touched, ({ chunk }) => chunk)
    // What was answered is kept here until the store takes it; then no more is sent than there is room for.
    const whole = inStoreTime({ ...group, results, parked }, this.#settings.clockOffset())
    const { lost } = await this.#untilStored(() => store.commitHeld(run.id, worker, chunks, whole))
    for (const chunk of lost) this.#lose(chunk)

    for (const result of results.filter(isOurs)) tally.add(result)
    tally.parked += parked.filter(isOurs).length
    for (const index of indexes) this.#held.settle(index)
    await this.#complete([...touched].filter((held) => held.left.size === 0 && !held.isLost))
  }

  /** Lets go of chunks of which each item is done, or waits for a date. */
  async #complete(done: readonly Held[]): Promise<void> {
    const chunks = done.map(({ chunk }) => chunk).filter((chunk) => this.#held.remove(chunk))
    if (chunks.length === 0) return
    await this.#untilStored(() => this.#settings.store.letGo(chunks))
    for (const chunk of chunks) this.#tell('chunk.done', chunk)
  }

  async #untilStored<T>(work: () => Promise<T>, givingUp: Cancellation = this.#settings.givingUp): Promise<T> {
    const { clock, state, run } = this.#settings
    const done = await untilStored(work, { clock, givingUp, onFailure: (error) => state.failed(run.id, error) })
    state.works(run.id)
    return done
  }

  #lose(chunk: HeldChunk): void {
    if (!this.#held.lose(chunk)) return
    this.#settings.tally.lost++
    const isOfChunk = (index: number): boolean => index >= chunk.first && index < chunk.end
    for (const bulk of [this.#bulk, this.#alone]) bulk?.drop(isOfChunk, 'another worker has the chunk')
    this.#tell('chunk.lost', chunk)
  }

  /** Releases the chunks that are not done, so that other workers can take them. */
  async #giveBack(): Promise<void> {
    const { store } = this.#settings
    // Before they are released: a report on its way must not find them missing.
    const chunks = this.#held.chunks.filter((chunk) => this.#held.remove(chunk))
    try {
      await store.letGo(chunks)
      for (const chunk of chunks) this.#tell('chunk.released', chunk)
    } catch {
      // Without a store nothing can be released: other workers take it over after a while.
    }
    await this.close()
  }

  /** Closes the client and the limits. `work` does this by itself. */
  async close(): Promise<void> {
    const { plan, limits } = this.#settings
    await Promise.allSettled([plan.client.close(), limits.close()])
  }

  #tell(type: 'chunk.claimed' | 'chunk.done' | 'chunk.lost' | 'chunk.released', { number }: HeldChunk): void {
    this.#settings.onEvent({ type, run: this.#settings.run.name, chunk: number })
  }
}
