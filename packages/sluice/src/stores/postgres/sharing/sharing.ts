import type { PgBoss } from 'pg-boss'
import type { Sql } from '../../../database/postgres/sql.ts'
import { StoreError } from '../../../database/store-error.ts'
import type {
  Chunk,
  ChunkCounts,
  ChunkItem,
  ChunkQueue,
  FillGroup,
  HeldChunk,
  NewWorker,
  WorkerReport,
  WorkerState,
} from '../../shared-store.ts'
import { BossQueue, openBoss, queueSchema } from './boss-queue.ts'
import {
  chunksOfTheSilent,
  countChunks,
  countWorkersOf,
  firstDate,
  hasOpenChunks,
  insertChunks,
  itemsToDo,
  reopenIncomplete,
  reopenRequeued,
  spoolItems,
  strayChunks,
} from './chunk-rows.ts'
import { endWorker, insertWorker, shownWorkers, updateWorker } from './worker-rows.ts'

/** Silence after which a worker is taken for dead, in milliseconds. */
const longestSilence = 5_000
/** Chunks that are looked at at once. */
const pageSize = 1_000
/** The queue looks after itself this often at most, in looks of this process. */
const looksPerSupervision = 2

export interface SharingSettings {
  readonly sql: Sql
  /** The store, as a person names it. */
  readonly store: string
  readonly schema: string
}

/** The part of a store in PostgreSQL that shares runs: chunks, their queue, and the workers. */
export class Sharing {
  readonly #settings: SharingSettings
  #opening: Promise<void> | undefined
  #boss: PgBoss | undefined
  #queue: BossQueue | undefined
  #looks = 0

  constructor(settings: SharingSettings) {
    this.#settings = settings
  }

  /** Opens the queue, once. */
  async prepare(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    await this.#opening
  }

  get queue(): ChunkQueue {
    return this.#opened
  }

  async openQueue(runId: number): Promise<void> {
    await this.#opened.open(runId)
  }

  async activeWorkers(runId: number): Promise<number> {
    return await countWorkersOf(this.#settings.sql, runId, longestSilence)
  }

  /** Forgets who was to do what of a run. */
  async remove(runId: number): Promise<void> {
    await this.prepare()
    await this.#opened.remove(runId)
    await this.#settings.sql.query('delete_chunks', 'DELETE FROM chunks WHERE run_id = $1', [runId])
  }

  /** Adds items, the chunks that they make, and the jobs that these are: all or nothing. */
  async fill(sql: Sql, runId: number, { items, chunks }: FillGroup): Promise<void> {
    await spoolItems(sql, runId, items)
    await insertChunks(sql, chunks)
    await this.#opened.enqueueWith(sql, runId, chunks)
  }

  async chunkItems(chunk: HeldChunk): Promise<readonly ChunkItem[]> {
    return await itemsToDo(this.#settings.sql, chunk)
  }

  async chunkDueAt(chunk: Chunk): Promise<number | undefined> {
    return await firstDate(this.#settings.sql, chunk)
  }

  async chunkCounts(runId: number): Promise<ChunkCounts> {
    return await countChunks(this.#settings.sql, runId)
  }

  /** Failures are to be done again: their chunks stand in line for now, also those that stood there for later. */
  async requeue(runId: number): Promise<void> {
    await this.prepare()
    await this.#opened.open(runId)
    await this.#opened.clearLine(runId)
    await this.reconcile(runId)
  }

  /** Whatever has become of the queue: what has no result stands in line afterwards, or is in somebody's hands. */
  async reconcile(runId: number): Promise<number> {
    const { sql, schema } = this.#settings
    await this.#opened.open(runId)
    await reopenRequeued(sql, runId)
    if (!(await hasOpenChunks(sql, runId))) await reopenIncomplete(sql, runId)
    for (let enqueued = 0; ; ) {
      const stray = await strayChunks(sql, queueSchema(schema), runId, pageSize)
      const added = await this.#opened.enqueueMissing(runId, stray)
      enqueued += added
      // Where nothing was added, somebody else was quicker.
      if (stray.length < pageSize || added === 0) return enqueued
    }
  }

  async join(worker: NewWorker): Promise<number> {
    return await insertWorker(this.#settings.sql, worker)
  }

  async report(worker: number, report: WorkerReport): Promise<void> {
    await updateWorker(this.#settings.sql, worker, report)
  }

  async leave(worker: number): Promise<void> {
    await endWorker(this.#settings.sql, worker)
  }

  async workers(): Promise<readonly WorkerState[]> {
    return await shownWorkers(this.#settings.sql, longestSilence)
  }

  async takeOver(): Promise<number> {
    const chunks = await chunksOfTheSilent(this.#settings.sql, longestSilence)
    for (const chunk of chunks) await this.#opened.release(chunk)
    if (this.#looks++ % looksPerSupervision === 0) await this.#opened.lookAfter()
    return chunks.length
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined)
    await this.#boss?.stop({ graceful: false, close: false })
  }

  async #open(): Promise<void> {
    const { sql, store, schema } = this.#settings
    this.#boss = await openBoss(sql, store, schema)
    this.#queue = new BossQueue(this.#boss, sql)
  }

  get #opened(): BossQueue {
    if (this.#queue !== undefined) return this.#queue
    throw new StoreError('SLUICE_STORE', `${this.#settings.store}: call prepareSharing() before anything is shared`)
  }
}
