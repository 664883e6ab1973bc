import type { SqlValue } from '../../database/postgres/sql.ts'
import { StoreError } from '../../database/store-error.ts'
import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import { uniqueKey } from '../../random/unique-key.ts'
import type { CommitGroup, ResultFilter } from '../run-store.ts'
import type {
  Chunk,
  ChunkCounts,
  ChunkItem,
  ChunkQueue,
  FillGroup,
  HeldChunk,
  NewWorker,
  SharedCommit,
  SharedStore,
  WorkerReport,
  WorkerState,
} from '../shared-store.ts'
import type { NewRun, StoredRun } from '../stored-run.ts'
import { groupValues } from './commit-rows.ts'
import { postgresLimits } from './postgres-limits.ts'
import { type PostgresParts, PostgresRuns } from './postgres-runs.ts'
import { openRuns } from './run-rows.ts'
import { commitHeld } from './sharing/chunk-rows.ts'
import { Sharing } from './sharing/sharing.ts'

/** Looks for runs between two looks at the version of the schema. */
const looksPerCheck = 10

/** Runs in a PostgreSQL database, with what it takes to do one of them in many places at once. */
export class SharedPostgresStore extends PostgresRuns implements SharedStore {
  readonly #sharing: Sharing
  readonly #check: () => Promise<void>
  #looks = 0
  readonly queue: ChunkQueue

  constructor(parts: PostgresParts, schema: string) {
    super(parts)
    this.#check = parts.check
    const sharing = new Sharing({ sql: parts.sql, store: parts.name, schema })
    this.#sharing = sharing
    this.queue = {
      enqueue: (runId, chunks, startAt) => this.call(() => sharing.queue.enqueue(runId, chunks, startAt)),
      claim: (runId, count, worker) => this.call(() => sharing.queue.claim(runId, count, worker)),
      heartbeat: (chunks) => this.call(() => sharing.queue.heartbeat(chunks)),
      complete: (chunk, dueAt) => this.call(() => sharing.queue.complete(chunk, dueAt)),
      release: (chunk) => this.call(() => sharing.queue.release(chunk)),
    }
  }

  prepareSharing(): Promise<void> {
    return this.call(() => this.#sharing.prepare())
  }

  async createShared(run: NewRun): Promise<StoredRun> {
    const created = await this.create(run, true)
    await this.call(() => this.#sharing.openQueue(created.id))
    return created
  }

  fill(runId: number, group: FillGroup): Promise<void> {
    return this.call(async () => {
      const { items, hasEnded, at } = group
      const read = items.length === 0 ? 0 : items.at(-1)!.index + 1
      const epoch = this.claims.of(runId)?.epoch
      await this.#sharing.openQueue(runId)
      const isOurs = await this.sql.transaction(async (inside) => {
        const rows = await inside.query(
          'fill_run',
          `UPDATE runs SET read = greatest(read, $3), has_ended = has_ended OR $4
           WHERE id = $1 AND claim_epoch = $2 AND NOT is_removed RETURNING 1`,
          [runId, epoch, read, hasEnded],
        )
        if (rows.length === 0) return false
        await this.#sharing.fill(inside, runId, group)
        return true
      })
      if (!isOurs) throw await this.busy(runId)
      // When it was read last.
      await this.sql.query(
        'touch_counts',
        `INSERT INTO run_counts (run_id, shard, updated_at) VALUES ($1, 0, $2)
         ON CONFLICT (run_id, shard) DO UPDATE SET updated_at = excluded.updated_at`,
        [runId, at],
      )
    })
  }

  openRuns(): Promise<readonly StoredRun[]> {
    return this.call(async () => {
      if (this.#looks++ % looksPerCheck === 0) await this.#check()
      return await openRuns(this.sql)
    })
  }

  chunkItems(chunk: HeldChunk): Promise<readonly ChunkItem[]> {
    return this.call(() => this.#sharing.chunkItems(chunk))
  }

  commitHeld(runId: number, worker: number, held: readonly HeldChunk[], group: CommitGroup): Promise<SharedCommit> {
    return this.call(async () => ({
      lost: await commitHeld(this.sql, runId, worker, held, groupValues(uniqueKey(), group)),
    }))
  }

  chunkDueAt(chunk: Chunk): Promise<number | undefined> {
    return this.call(() => this.#sharing.chunkDueAt(chunk))
  }

  reconcile(runId: number): Promise<number> {
    return this.call(() => this.#sharing.reconcile(runId))
  }

  chunkCounts(runId: number): Promise<ChunkCounts> {
    return this.call(() => this.#sharing.chunkCounts(runId))
  }

  join(worker: NewWorker): Promise<number> {
    return this.call(() => this.#sharing.join(worker))
  }

  report(worker: number, report: WorkerReport): Promise<void> {
    return this.call(() => this.#sharing.report(worker, report))
  }

  leave(worker: number): Promise<void> {
    return this.call(() => this.#sharing.leave(worker))
  }

  takeOver(): Promise<number> {
    return this.call(() => this.#sharing.takeOver())
  }

  workers(): Promise<readonly WorkerState[]> {
    return this.call(() => this.#sharing.workers())
  }

  backlog(): Promise<{ readonly runs: number; readonly items: number }> {
    return this.call(async () => {
      const [row] = await this.sql.query('backlog', 'SELECT runs, items FROM backlog')
      return { runs: Number(row!.runs), items: Number(row!.items) }
    })
  }

  limitsFor(worker: number, run: StoredRun): SharedLimits {
    const query = async (text: string, values: readonly unknown[]) => ({
      rows: await this.sql.queryOnce(nameOf(text), text, values as readonly SqlValue[]),
    })
    return postgresLimits({ sql: { query }, scope: `run ${run.id}`, member: `worker ${worker}` })
  }

  /** Failures of a shared run are for its workers, at once. */
  override async requeue(runId: number, filter: ResultFilter = {}): Promise<number> {
    const count = await super.requeue(runId, filter)
    if (count > 0 && (await this.#isShared(runId))) await this.call(() => this.#sharing.requeue(runId))
    return count
  }

  override async remove(runId: number): Promise<void> {
    const isShared = await this.#isShared(runId)
    if (isShared) await this.call(() => this.#checkIdle(runId))
    await super.remove(runId)
    if (isShared) await this.call(() => this.#sharing.remove(runId))
  }

  override async close(): Promise<void> {
    await this.#sharing.close()
    await super.close()
  }

  async #isShared(runId: number): Promise<boolean> {
    const [row] = await this.call(() =>
      this.sql.query('is_shared', 'SELECT is_shared FROM runs WHERE id = $1', [runId]),
    )
    return row?.is_shared === true
  }

  async #checkIdle(runId: number): Promise<void> {
    const count = await this.#sharing.activeWorkers(runId)
    if (count === 0) return
    throw new StoreError(
      'SLUICE_RUN_BUSY',
      `${this.name}: ${count === 1 ? 'a worker works' : `${count} workers work`} on run ${runId}; stop them first`,
    )
  }
}

/** PostgreSQL takes names of 63 bytes. */
const longestName = 63

/** Name of a prepared statement: its text, if that is short enough. */
function nameOf(text: string): string | undefined {
  return text.length <= longestName ? text : undefined
}
