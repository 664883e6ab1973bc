import type { BulkRun } from '../../client/bulk/bulk-run.ts'
import { UnfinishedError } from '../../client/errors.ts'
import type { CallResult } from '../../client/result.ts'
import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import type { CommitGroup } from '../../stores/commit-group.ts'
import type { HeldChunk } from '../../stores/shared/chunk.ts'
import type { SharedStore } from '../../stores/shared/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import type { Clock } from '../../time/clock.ts'
import { Journal } from '../journal.ts'
import { parkingOf } from '../parking.ts'
import { storedResult } from '../stored-result.ts'
import { ChunkFeed, type ClaimedChunk } from './chunk-feed.ts'
import { type Held, HeldChunks } from './held-chunks.ts'
import type { RunPlan } from './run-plan.ts'
import type { WorkTally } from './work-tally.ts'
import type { WorkerEvent } from './worker-options.ts'

/** Items that may be kept in memory besides those in flight, so that one slow host does not hold up the others. */
const readAhead = 100

export interface RunSessionSettings {
  readonly store: SharedStore
  readonly run: StoredRun
  readonly worker: number
  readonly plan: RunPlan
  /** Closed with the session, as the client of the plan is. */
  readonly limits: SharedLimits
  readonly tally: WorkTally
  readonly clock: Clock
  readonly onEvent: (event: WorkerEvent) => void
}

/**
 * One worker's part in one run: takes chunks, does their items, keeps the results, and gives back what it has not done.
 * Only what is kept under the newest epoch of a chunk counts, so that whoever was too slow overwrites nothing.
 */
export class RunSession {
  readonly #settings: RunSessionSettings
  readonly #held = new HeldChunks()
  readonly #feed: ChunkFeed
  readonly #bulk: BulkRun
  readonly #journal: Journal
  readonly #failure = new AbortController()
  #isStopped = false

  constructor(settings: RunSessionSettings) {
    const { run, plan, clock } = settings
    this.#settings = settings
    this.#feed = new ChunkFeed({
      clock,
      keySeed: plan.isKeyed ? run.keySeed : undefined,
      claim: () => this.#claim(),
    })
    this.#journal = new Journal({
      clock,
      commit: (group) => this.#commit(group),
      interval: settings.store.commitInterval,
      onFailure: (error) => this.#failure.abort(error),
    })
    const { signal } = this.#failure
    this.#bulk = plan.client.stream(this.#feed, { keepBody: true, readAhead, deadline: plan.deadline, signal })
  }

  get run(): StoredRun {
    return this.#settings.run
  }

  get chunks(): readonly HeldChunk[] {
    return this.#held.chunks
  }

  /** In flight, and not admitted yet. */
  get load(): { readonly inFlight: number; readonly waiting: number } {
    return this.#settings.plan.client.status()
  }

  /** Whether it is coming to its end. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  /** How many it may have in flight, besides the limits of the run. */
  allow(concurrency: number): void {
    const { client, concurrency: own } = this.#settings.plan
    client.setConcurrency(Math.max(1, Math.min(own, concurrency)))
  }

  /** Works until it is stopped. @throws what the store throws; everything was given back then too. */
  async work(): Promise<void> {
    try {
      for (let next = await this.#bulk.next(); next.done !== true; next = await this.#bulk.next()) {
        this.#keep(next.value)
        if (this.#journal.isBehind) await this.#journal.room()
      }
    } finally {
      await this.#feed.end()
      await this.#keepTheRest()
      await this.#giveBack()
    }
    await this.#journal.flush()
  }

  /** Begins nothing more; what is in flight may finish within `grace` milliseconds. */
  stop(reason: string, grace: number): void {
    this.#isStopped = true
    void this.#feed.end()
    this.#bulk.stop(reason, grace)
  }

  /** Tells the queue that the chunks are being worked on; those that are another worker's by now are dropped. */
  async heartbeat(): Promise<void> {
    const { chunks } = this.#held
    if (chunks.length === 0) return
    const ours = new Set(await this.#settings.store.queue.heartbeat(chunks))
    for (const chunk of chunks) if (!ours.has(chunk)) this.#lose(chunk)
  }

  async #claim(): Promise<ClaimedChunk | undefined> {
    const { store, run, worker } = this.#settings
    for (;;) {
      const [chunk] = await store.queue.claim(run.id, 1, worker)
      if (chunk === undefined) return undefined
      const items = await store.chunkItems(chunk)
      const held = this.#held.add(chunk, items)
      this.#tell('chunk.claimed', chunk)
      if (items.length > 0) return { held, items }
      await this.#complete(held)
    }
  }

  #keep(result: CallResult): void {
    if (!result.ok && result.error instanceof UnfinishedError) return
    const { plan, clock } = this.#settings
    const date = clock.wallTime()
    const stored = storedResult(result, plan.storing, date)
    const parking = parkingOf(result, date)
    if (parking === undefined) this.#journal.settle(stored)
    else this.#journal.park({ index: result.index, id: stored.id, ...parking })
  }

  /** What has been answered already is kept, although something went wrong. */
  async #keepTheRest(): Promise<void> {
    this.#bulk.stop('the worker has left the run', 0)
    try {
      for await (const result of this.#bulk) this.#keep(result)
      await this.#journal.flush()
    } catch {
      // It was thrown already, or is when the journal is flushed.
    }
  }

  /** Only what belongs to chunks that are ours: of others, somebody else keeps what there is to keep. */
  async #commit(group: CommitGroup): Promise<void> {
    const { store, run, worker, tally } = this.#settings
    const isOurs = ({ index }: { readonly index: number }): boolean => this.#held.having(index) !== undefined
    const [results, parked] = [(group.results ?? []).filter(isOurs), (group.parked ?? []).filter(isOurs)]
    const indexes = [...results, ...parked].map(({ index }) => index)
    const touched = this.#held.havingAny(indexes)
    const chunks = Array.from(touched, ({ chunk }) => chunk)
    const { lost } = await store.commitHeld(run.id, worker, chunks, { ...group, results, parked })
    for (const chunk of lost) this.#lose(chunk)

    for (const result of results.filter(isOurs)) tally.add(result)
    tally.parked += parked.filter(isOurs).length
    for (const index of indexes) this.#held.settle(index)
    for (const held of touched) if (held.left.size === 0 && !held.isLost) await this.#complete(held)
  }

  /** Everything of it has been done, or waits for a date. */
  async #complete({ chunk }: Held): Promise<void> {
    const { store } = this.#settings
    if (!this.#held.remove(chunk)) return
    await store.queue.complete(chunk, await store.chunkDueAt(chunk))
    this.#tell('chunk.done', chunk)
  }

  #lose(chunk: HeldChunk): void {
    if (!this.#held.lose(chunk)) return
    this.#settings.tally.lost++
    this.#tell('chunk.lost', chunk)
  }

  /** What was not done is for others, at once. */
  async #giveBack(): Promise<void> {
    const { store } = this.#settings
    try {
      for (const chunk of this.#held.chunks) {
        await store.queue.release(chunk)
        this.#held.remove(chunk)
        this.#tell('chunk.released', chunk)
      }
    } catch {
      // Without a store nothing can be given back: it is taken over when nobody hears of us any more.
    }
    await this.close()
  }

  /** Gives back what it was given. Without being asked if it has worked. */
  async close(): Promise<void> {
    const { plan, limits } = this.#settings
    await Promise.allSettled([plan.client.close(), limits.close()])
  }

  #tell(type: 'chunk.claimed' | 'chunk.done' | 'chunk.lost' | 'chunk.released', { number }: HeldChunk): void {
    this.#settings.onEvent({ type, run: this.#settings.run.name, chunk: number })
  }
}
