import { createHash } from 'node:crypto'
import type { JobInsert, PgBoss } from 'pg-boss'
import { codeOf } from '../../../database/postgres/postgres-errors.ts'
import type { Sql, SqlValue } from '../../../database/postgres/sql.ts'
import { StoreError } from '../../../database/store-error.ts'
import type { Chunk, ChunkQueue, HeldChunk } from '../../shared-store.ts'
import { endedQueues, holdChunks, letGo, queueOf, type TakenJob } from './chunk-rows.ts'

/** Jobs that are queued in one statement. */
const batch = 1_000
/** A worker that is silent for longer is taken for dead by the queue: 10 s is the least it takes. */
const heartbeatSeconds = 10
const day = 86_400
/** The end of the year 9999: what a server says may be later, and a date with more digits is none to the queue. */
const lastDate = 253_402_300_799_000

/**
 * The queue on pg-boss: one for each run, so that a large run does not stand before a small one. A job is a chunk, and
 * stands in line once. What bites by default is set: attempts are not counted, a chunk may take a day, and waits a year.
 */
const settings = {
  policy: 'exclusive',
  retryLimit: 1_000_000,
  retryDelay: 0,
  heartbeatSeconds,
  expireInSeconds: day,
  retentionSeconds: 365 * day,
  deleteAfterSeconds: 60,
} as const

interface JobData {
  readonly chunk: number
}

/** Which chunk is next, by pg-boss. */
export class BossQueue implements ChunkQueue {
  readonly #boss: PgBoss
  readonly #sql: Sql

  constructor(boss: PgBoss, sql: Sql) {
    this.#boss = boss
    this.#sql = sql
  }

  /**
   * Makes the queue of a run, if it is not there. Afterwards it is known here: within a transaction pg-boss would ask for
   * it on a second connection, and there may be none.
   */
  async open(runId: number): Promise<void> {
    const name = queueOf(runId)
    if ((await this.#boss.getQueue(name)) === null) await this.#boss.createQueue(name, settings)
    await this.#boss.insert(name, [])
  }

  /** Deletes the queue of a run with all its jobs. */
  async remove(runId: number): Promise<void> {
    await this.#boss.deleteQueue(queueOf(runId))
  }

  /** Gives jobs of processes that are gone to others, and forgets the queues of runs that have nothing left to do. */
  async lookAfter(): Promise<void> {
    const names = (await this.#boss.getQueues()).map(({ name }) => name)
    for (const name of await endedQueues(this.#sql, names)) await this.#boss.deleteQueue(name)
    await this.#boss.supervise()
  }

  async enqueue(runId: number, chunks: readonly Chunk[], startAt?: number): Promise<void> {
    await this.#insert(runId, chunks.map(numberOf), this.#sql, startAt)
  }

  /** Queues chunks within a transaction. */
  async enqueueWith(sql: Sql, runId: number, chunks: readonly Chunk[]): Promise<void> {
    await this.#insert(runId, chunks.map(numberOf), sql)
  }

  /** Queues the chunks that are neither queued nor held. Returns their number. */
  async enqueueMissing(runId: number, numbers: readonly number[]): Promise<number> {
    return await this.#insert(runId, numbers, this.#sql)
  }

  /** Removes all chunks from the queue that no worker holds. */
  async clearLine(runId: number): Promise<void> {
    await this.#boss.deleteQueuedJobs(queueOf(runId))
  }

  async claim(runId: number, count: number, worker: number): Promise<readonly HeldChunk[]> {
    const fetched = await this.#boss.fetch<JobData>(queueOf(runId), { batchSize: count, includeMetadata: true })
    if (fetched.length === 0) return []
    const jobs: TakenJob[] = fetched.map(({ id, retryCount, data }) => ({ id, attempt: retryCount, chunk: data.chunk }))
    const held = await holdChunks(this.#sql, runId, jobs, worker)
    const numbers = new Set(held.map(({ number }) => number))
    const done = jobs.filter(({ chunk }) => !numbers.has(chunk))
    if (done.length > 0) await this.#boss.complete(queueOf(runId), done.map(attemptOf))
    // Nothing of it is left: there may be more behind it.
    return held.length > 0 ? held : await this.claim(runId, count, worker)
  }

  async heartbeat(chunks: readonly HeldChunk[]): Promise<readonly HeldChunk[]> {
    const ours: HeldChunk[] = []
    for (const [runId, held] of Map.groupBy(chunks, ({ runId }) => runId)) {
      await this.#boss.touch(
        queueOf(runId),
        held.map(({ job }) => attemptOf(job)),
      )
      const rows = await this.#sql.query(
        'still_held',
        `SELECT chunks.number, chunks.epoch FROM chunks
         JOIN unnest($2::int[], $3::int[]) AS held (number, epoch) ON chunks.number = held.number AND chunks.epoch = held.epoch
         WHERE run_id = $1 AND worker IS NOT NULL`,
        [runId, held.map(({ number }) => number), held.map(({ epoch }) => epoch)],
      )
      const still = new Set(rows.map(({ number, epoch }) => `${number} ${epoch}`))
      ours.push(...held.filter(({ number, epoch }) => still.has(`${number} ${epoch}`)))
    }
    return ours
  }

  async complete(chunk: HeldChunk, dueAt?: number): Promise<void> {
    const became = await letGo(this.#sql, chunk)
    if (became === undefined) return
    await this.#boss.complete(queueOf(chunk.runId), attemptOf(chunk.job))
    if (became === 'open') await this.enqueue(chunk.runId, [chunk], dueAt)
  }

  async release(chunk: HeldChunk): Promise<void> {
    if ((await letGo(this.#sql, chunk)) === undefined) return
    await this.#boss.fail(queueOf(chunk.runId), attemptOf(chunk.job))
  }

  async #insert(runId: number, numbers: readonly number[], sql: Sql, startAt?: number): Promise<number> {
    let count = 0
    for (let at = 0; at < numbers.length; at += batch) {
      const jobs: JobInsert<JobData>[] = numbers.slice(at, at + batch).map((number) => ({
        data: { chunk: number },
        singletonKey: String(number),
        // In the order of the input.
        priority: -number,
        ...(startAt === undefined ? undefined : { startAfter: new Date(Math.min(startAt, lastDate)) }),
      }))
      const options = { db: executorOf(sql), returnId: true }
      count += (await this.#boss.insert(queueOf(runId), jobs, options))?.length ?? 0
    }
    return count
  }
}

function numberOf({ number }: Chunk): number {
  return number
}

/** A job as it was when it was taken: one that was given to somebody else since is left alone. */
function attemptOf({ id, attempt }: { readonly id: string; readonly attempt: number }): {
  readonly id: string
  readonly retryCount: number
} {
  return { id, retryCount: attempt }
}

/** Executor of the statements of pg-boss. */
function executorOf(sql: Sql): { executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> } {
  return {
    executeSql: async (text, values) => ({
      rows: [...(await sql.query(undefined, text, values as readonly SqlValue[]))],
    }),
  }
}

/** Names that are the same with and without quotes, and leave room for what is added. */
const plain = /^[a-z_][a-z0-9_]{0,56}$/

/** The schema of the queue that belongs to a schema of runs: a plain name, and no two have the same. */
export function queueSchema(schema: string): string {
  if (plain.test(schema)) return `${schema}_queue`
  return `queue_of_${createHash('sha256').update(schema).digest('hex').slice(0, 32)}`
}

/**
 * The queue, over our own connections. What it does on its own account is done when we ask for it.
 *
 * @throws StoreError if pg-boss is not installed.
 */
export async function openBoss(sql: Sql, store: string, schema: string): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss').catch((cause: unknown) => {
    throw new StoreError(
      'SLUICE_STORE_DRIVER',
      `${store}: runs are shared by way of pg-boss, which is not installed; npm install pg-boss@12.35.0`,
      cause,
    )
  })
  const boss = new PgBoss({
    db: executorOf(sql),
    schema: queueSchema(schema),
    supervise: false,
    schedule: false,
    monitorIntervalSeconds: 2,
    monitorVacuum: false,
    reindex: false,
  })
  // Each call throws its own error.
  boss.on('error', () => undefined)
  boss.on('warning', () => undefined)
  for (let attempt = 1; ; attempt++) {
    try {
      return await boss.start()
    } catch (error) {
      // Its timers have begun already.
      await boss.stop({ graceful: false, close: false })
      // Another process has made the schema at the same moment: then it is there now.
      if (attempt > 1 || codeOf(error) !== '23505') throw error
    }
  }
}
