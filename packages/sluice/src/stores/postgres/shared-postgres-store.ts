import type { PooledSql, SqlValue } from '../../database/postgres/sql.ts'
import { StoreError } from '../../database/store-error.ts'
import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import type { CommitGroup, ResultFilter } from '../run-store.ts'
import type {
  BeatAnswer,
  ChunkCounts,
  ChunkWish,
  ClaimedChunk,
  FillGroup,
  HeldChunk,
  NewWorker,
  OpenRun,
  SharedCommit,
  SharedStore,
  WorkerReport,
  WorkerState,
} from '../shared-store.ts'
import type { NewRun, StoredRun } from '../stored-run.ts'
import { groupValues } from './commit-rows.ts'
import { LimitStatements } from './limit-statements.ts'
import { limitsInTables } from './postgres-limits.ts'
import { type PostgresParts, PostgresRuns } from './postgres-runs.ts'
import { openRuns, runById } from './run-rows.ts'
import {
  claimChunks,
  commitHeld,
  countChunks,
  countWorkersOf,
  insertChunks,
  releaseChunks,
  reopenIncomplete,
  reopenRequeued,
  spoolItems,
  takeOver,
} from './sharing/chunk-rows.ts'
import { beat, endWorker, insertWorker, shownWorkers } from './sharing/worker-rows.ts'
import { insertSlices } from './slice-rows.ts'

/** Time in milliseconds without a report after which a worker counts as dead. */
const longestSilence = 5_000

/** Separate connections, so that neither reports of workers nor permits wait behind results. Opened on first use. */
export interface Lanes {
  readonly beats: PooledSql
  readonly limits: PooledSql
}

/** Number of reads of the open runs per check of the schema's version. */
const looksPerCheck = 10

/** Stores runs in a PostgreSQL database, and lets many processes on many hosts work on the same run. */
export class SharedPostgresStore extends PostgresRuns implements SharedStore {
  readonly #lanes: Lanes
  readonly #limits: LimitStatements
  readonly #check: () => Promise<void>
  #looks = 0

  constructor(parts: PostgresParts, lanes: Lanes) {
    super(parts)
    this.#lanes = lanes
    this.#check = parts.check
    this.#limits = new LimitStatements({
      query: async (text, values) => ({
        rows: await lanes.limits.queryOnce(nameOf(text), text, values as readonly SqlValue[]),
      }),
    })
  }

  createShared(run: NewRun): Promise<StoredRun> {
    return this.create(run, true)
  }

  fill(runId: number, group: FillGroup): Promise<void> {
    return this.call(async () => {
      const { items, chunks, hasEnded, at } = group
      const read = items.length === 0 ? 0 : items.at(-1)!.index + 1
      const epoch = this.claims.of(runId)?.epoch
      const isOurs = await this.sql.transaction(async (inside) => {
        const rows = await inside.query(
          'fill_run',
          `UPDATE runs SET read = greatest(read, $3), has_ended = has_ended OR $4
           WHERE id = $1 AND claim_epoch = $2 AND NOT is_removed RETURNING 1`,
          [runId, epoch, read, hasEnded],
        )
        if (rows.length === 0) return false
        await spoolItems(inside, runId, items)
        await insertChunks(inside, chunks)
        return true
      })
      if (!isOurs) throw await this.busy(runId)
      // Records when the source was last read.
      await this.sql.query(
        'touch_counts',
        `INSERT INTO run_counts (run_id, shard, updated_at) VALUES ($1, 0, $2)
         ON CONFLICT (run_id, shard) DO UPDATE SET updated_at = excluded.updated_at`,
        [runId, at],
      )
    })
  }

  openRuns(): Promise<readonly OpenRun[]> {
    return this.call(async () => {
      if (this.#looks++ % looksPerCheck === 0) await this.#check()
      return await openRuns(this.sql)
    })
  }

  claimChunks(worker: number, wishes: readonly ChunkWish[]): Promise<readonly ClaimedChunk[]> {
    return this.call(() => claimChunks(this.sql, worker, wishes))
  }

  releaseChunks(chunks: readonly HeldChunk[]): Promise<void> {
    return this.call(() => releaseChunks(this.sql, chunks))
  }

  commitHeld(runId: number, worker: number, held: readonly HeldChunk[], group: CommitGroup): Promise<SharedCommit> {
    const key = this.keyOf(group)
    return this.call(async () => {
      const lost = await commitHeld(this.sql, runId, worker, held, groupValues(key, group))
      await insertSlices(this.sql, runId, key, group.slices)
      return { lost }
    })
  }

  reconcile(runId: number): Promise<number> {
    return this.call(async () => (await reopenRequeued(this.sql, runId)) + (await reopenIncomplete(this.sql, runId)))
  }

  chunkCounts(runId: number): Promise<ChunkCounts> {
    return this.call(() => countChunks(this.sql, runId))
  }

  join(worker: NewWorker): Promise<number> {
    return this.call(() => insertWorker(this.sql, worker))
  }

  beat(worker: number, report: WorkerReport): Promise<BeatAnswer> {
    return this.call(() => beat(this.#lanes.beats, worker, report, longestSilence))
  }

  leave(worker: number): Promise<void> {
    return this.call(() => endWorker(this.sql, worker))
  }

  takeOver(): Promise<number> {
    return this.call(() => takeOver(this.sql, longestSilence))
  }

  workers(): Promise<readonly WorkerState[]> {
    return this.call(() => shownWorkers(this.sql, longestSilence))
  }

  backlog(): Promise<{ readonly runs: number; readonly items: number }> {
    return this.call(async () => {
      const [row] = await this.sql.query('backlog', 'SELECT runs, items FROM backlog')
      return { runs: Number(row!.runs), items: Number(row!.items) }
    })
  }

  limitsFor(worker: number, run: StoredRun): SharedLimits {
    return limitsInTables({ statements: this.#limits, scope: `run ${run.id}`, member: `worker ${worker}` })
  }

  /** Requeues failures. Those of a shared run are available to its workers immediately. */
  override async requeue(runId: number, filter: ResultFilter = {}): Promise<number> {
    const count = await super.requeue(runId, filter)
    if (count > 0 && (await this.#isShared(runId))) await this.call(() => reopenRequeued(this.sql, runId))
    return count
  }

  override async remove(runId: number): Promise<void> {
    if (await this.#isShared(runId)) await this.call(() => this.#checkIdle(runId))
    await super.remove(runId)
  }

  override async close(): Promise<void> {
    await super.close()
    await Promise.all([this.#lanes.beats.close(), this.#lanes.limits.close()])
  }

  async #isShared(runId: number): Promise<boolean> {
    const [row] = await this.call(() =>
      this.sql.query('is_shared', 'SELECT is_shared FROM runs WHERE id = $1', [runId]),
    )
    return row?.is_shared === true
  }

  async #checkIdle(runId: number): Promise<void> {
    const count = await countWorkersOf(this.sql, runId, longestSilence)
    if (count === 0) return
    const run = await runById(this.sql, runId)
    throw new StoreError(
      'SLUICE_RUN_BUSY',
      `${this.name}: ${count === 1 ? 'a worker works' : `${count} workers work`} on ${run?.name}; stop it first (sluice runs stop)`,
    )
  }
}

/** Maximum length of a name in PostgreSQL, in bytes. */
const longestName = 63

/** Name of a prepared statement: its text, if that is short enough. */
function nameOf(text: string): string | undefined {
  return text.length <= longestName ? text : undefined
}
