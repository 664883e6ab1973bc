import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { SqliteRow } from '../../database/sqlite/driver.ts'
import { parsed, written } from '../plain-data.ts'
import type { RunPage, SourceProgress } from '../run-store.ts'
import { parsedWish, type RunSteering, type RunWish, steeredWish, writtenWish } from '../run-wish.ts'
import type { NewRun, StoredRun, StoredSource } from '../stored-run.ts'

const columns = `runs.*, (SELECT min(until) FROM parked WHERE run_id = runs.id) AS next_due_at`

/** Counts that a commit adds to a run. */
export interface RunChange {
  readonly succeeded: number
  readonly failed: number
  readonly parked: number
  readonly requests: number
  readonly throttled: number
  readonly elapsed: number
}

/** Inserts a run and returns its id; undefined if its name is taken. */
export function insertRun(database: SqliteDatabase, run: NewRun): number | undefined {
  const { changes, insertedId } = database.run(
    `INSERT INTO runs (name, source, settings, key_seed, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    run.name,
    written(run.source),
    written(run.settings),
    run.keySeed,
    run.createdAt,
    run.createdAt,
  )
  return changes === 0 ? undefined : insertedId
}

export function runById(database: SqliteDatabase, runId: number): SqliteRow | undefined {
  return database.get(`SELECT ${columns} FROM runs WHERE id = ? AND is_removed = 0`, runId)
}

export function runByName(database: SqliteDatabase, name: string): SqliteRow | undefined {
  return database.get(`SELECT ${columns} FROM runs WHERE name = ? AND is_removed = 0`, name)
}

/** Rows of a page of runs, newest first. A limit of -1 is none. */
export function runsOf(database: SqliteDatabase, { before, limit }: RunPage): SqliteRow[] {
  const text = `SELECT ${columns} FROM runs WHERE is_removed = 0 AND id < ? ORDER BY id DESC LIMIT ?`
  return database.all(text, before ?? Number.MAX_SAFE_INTEGER, limit ?? -1)
}

export function countRuns(database: SqliteDatabase): number {
  return database.get('SELECT count(*) AS count FROM runs WHERE is_removed = 0')!.count as number
}

/** Sets the process that has claimed a run. Returns true if the run exists. */
export function setClaimedBy(database: SqliteDatabase, runId: number, pid: number | undefined): boolean {
  return database.run('UPDATE runs SET claimed_by = ? WHERE id = ? AND is_removed = 0', pid, runId).changes === 1
}

/** Adds to the counts of a run and updates its progress, which never decreases. */
export function updateRun(
  database: SqliteDatabase,
  runId: number,
  change: RunChange,
  progress: SourceProgress | undefined,
  at: number,
): void {
  const { read = 0, hasEnded = false, settledBelow = 0, mark } = progress ?? {}
  database.run(
    `UPDATE runs SET
       succeeded = succeeded + ?, failed = failed + ?, parked = parked + ?,
       requests = requests + ?, throttled = throttled + ?, elapsed = elapsed + ?,
       read = max(read, ?), has_ended = max(has_ended, ?), settled_below = max(settled_below, ?),
       updated_at = ?
     WHERE id = ?`,
    change.succeeded,
    change.failed,
    change.parked,
    change.requests,
    change.throttled,
    change.elapsed,
    read,
    hasEnded,
    settledBelow,
    at,
    runId,
  )
  if (mark === undefined) return
  database.run(
    'UPDATE runs SET mark_index = ?, mark = ? WHERE id = ? AND ? >= coalesce(mark_index, 0)',
    mark.index,
    mark.mark,
    runId,
    mark.index,
  )
}

/** Converts a row to a run, without the process that works on it. */
export function shownRun(row: SqliteRow): Omit<StoredRun, 'claimedBy'> {
  const { mark_index: index, mark } = row
  return {
    id: row.id as number,
    name: row.name as string,
    source: parsed<StoredSource>(row.source)!,
    settings: parsed(row.settings),
    keySeed: row.key_seed as string,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
    read: row.read as number,
    hasEnded: row.has_ended === 1,
    settledBelow: row.settled_below as number,
    mark: index === null ? undefined : { index: index as number, mark: mark as string },
    succeeded: row.succeeded as number,
    failed: row.failed as number,
    parked: row.parked as number,
    nextDueAt: (row.next_due_at as number | null) ?? undefined,
    requests: row.requests as number,
    throttled: row.throttled as number,
    elapsed: row.elapsed as number,
    priority: row.priority as number,
    wish: parsedWish(row.wish),
  }
}

/** Stores wishes for a run. */
export function steerRun(database: SqliteDatabase, runId: number, steering: RunSteering): void {
  database.run(
    'UPDATE runs SET wish = ?, priority = coalesce(?, priority) WHERE id = ?',
    writtenWish(steeredWish(wishOf(database, runId), steering)),
    steering.priority,
    runId,
  )
}

export function wishOf(database: SqliteDatabase, runId: number): RunWish {
  return parsedWish(database.get('SELECT wish FROM runs WHERE id = ?', runId)?.wish)
}
