import type { Sql, SqlRow } from '../../database/postgres/sql.ts'
import { parsed, written } from '../plain-data.ts'
import type { RunPage } from '../run-store.ts'
import { parsedWish, type RunSteering, type RunWish, steeredWish, writtenWish } from '../run-wish.ts'
import type { OpenRun } from '../shared-store.ts'
import { isFinished, type NewRun, type StoredRun, type StoredSource } from '../stored-run.ts'
import { restored, storable } from './storable-text.ts'

/**
 * The lock of a run is an advisory lock of its database with two numbers: a hash of the schema's name, and the id of
 * the run. No two runs of a store share one. A session holds the lock, which ends with it.
 */
const schemaKey = `hashtext('sluice run ' || current_schema())`

function runKey(id: string): string {
  return `(${id} & 2147483647)::integer`
}

/** Tries to take the lock of run `$1` for this session. */
export const tryLock: string = `SELECT pg_try_advisory_lock(${schemaKey}, ${runKey('$1::bigint')}) AS is_ours`

export const unlock: string = `SELECT pg_advisory_unlock(${schemaKey}, ${runKey('$1::bigint')})`

/** Process that works on a run: `claimed_by`, if the lock of the run is held. */
const holder: string = `CASE WHEN claimed_by IS NOT NULL AND EXISTS (
  SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = (${schemaKey}::bigint & 4294967295)::oid AND objid = ${runKey('runs.id')}::oid
) THEN claimed_by END`

/** All columns of runs that are shown; a condition follows. */
const select = `
  SELECT runs.id, name, is_shared, opened, source, settings, key_seed, created_at, read, has_ended, settled_below, mark_index, mark, priority, wish,
    coalesce(updated_at, created_at) AS updated_at, coalesce(succeeded, 0) AS succeeded, coalesce(failed, 0) AS failed,
    coalesce(parked, 0) AS parked, coalesce(requests, 0) AS requests, coalesce(throttled, 0) AS throttled,
    coalesce(elapsed, 0) AS elapsed, ${holder} AS claimed_by,
    (SELECT min(until) FROM parked WHERE parked.run_id = runs.id) AS next_due_at
  FROM runs LEFT JOIN LATERAL (
    SELECT max(updated_at) AS updated_at, sum(succeeded)::bigint AS succeeded, sum(failed)::bigint AS failed,
      sum(parked)::bigint AS parked, sum(requests)::bigint AS requests, sum(throttled)::bigint AS throttled,
      sum(elapsed) AS elapsed
    FROM run_counts WHERE run_id = runs.id
  ) AS counts ON true
  WHERE NOT is_removed`

/** Inserts a run and returns its id; undefined if the name is taken. `creation` is unique, so that retries are safe. */
export async function insertRun(
  sql: Sql,
  run: NewRun,
  isShared: boolean,
  creation: string,
): Promise<number | undefined> {
  const rows = await sql.query(
    undefined,
    `WITH made AS (
       INSERT INTO runs (name, creation, source, settings, key_seed, created_at, is_shared)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (name) WHERE NOT is_removed DO NOTHING RETURNING id
     )
     SELECT id FROM made UNION ALL SELECT id FROM runs WHERE name = $1 AND creation = $2 AND NOT is_removed`,
    [
      storable(run.name),
      creation,
      written(run.source),
      written(run.settings),
      storable(run.keySeed),
      run.createdAt,
      isShared,
    ],
  )
  return rows[0]?.id as number | undefined
}

export async function runById(sql: Sql, runId: number): Promise<StoredRun | undefined> {
  const [row] = await sql.query('run_by_id', `${select} AND runs.id = $1`, [runId])
  return row === undefined ? undefined : shownRun(row)
}

export async function runByName(sql: Sql, name: string): Promise<StoredRun | undefined> {
  const [row] = await sql.query('run_by_name', `${select} AND name = $1`, [storable(name)])
  return row === undefined ? undefined : shownRun(row)
}

/** Page of runs, newest first. */
export async function runsOf(sql: Sql, { before, limit }: RunPage): Promise<StoredRun[]> {
  const text = `${select} AND runs.id < $1 ORDER BY runs.id DESC LIMIT $2`
  return (await sql.query('runs_of', text, [before ?? Number.MAX_SAFE_INTEGER, limit])).map(shownRun)
}

export async function countRuns(sql: Sql): Promise<number> {
  const [row] = await sql.query('count_runs', 'SELECT count(*) AS count FROM runs WHERE NOT is_removed')
  return Number(row!.count)
}

const now = 'extract(epoch FROM statement_timestamp()) * 1000'

/** First chunk of a run that is not done, or NULL. For EXISTS, the planner may build a list of all chunks. */
export const openChunk: string = '(SELECT number FROM chunks WHERE run_id = runs.id AND NOT is_done LIMIT 1)'

/** First chunk of a run that can be claimed now. */
export const readyChunk: string = `(SELECT number FROM chunks WHERE run_id = runs.id AND NOT is_done AND worker IS NULL
  AND due_at <= ${now} ORDER BY due_at, number LIMIT 1)`

/** Columns of runs for workers. */
const selectOpen: string = select.replace(
  'SELECT runs.id,',
  `SELECT ${now} AS at, ${readyChunk} IS NOT NULL AS is_ready, ${openChunk} IS NOT NULL AS has_chunks, runs.id,`,
)

/**
 * Shared runs that have something to do, now or later, oldest first. Finished runs are marked, so that later calls
 * skip them until failures are requeued, which opens a run again.
 */
export async function openRuns(sql: Sql): Promise<OpenRun[]> {
  const rows = await sql.query('open_runs', `${selectOpen} AND is_shared AND opened > finished ORDER BY runs.id`)
  const over = rows.filter((row) => isFinished(shownRun(row)))
  if (over.length > 0) {
    await sql.query(
      'finish_runs',
      `UPDATE runs SET finished = greatest(finished, noticed) FROM unnest($1::bigint[], $2::int[]) AS over (id, noticed)
       WHERE runs.id = over.id`,
      [over.map(({ id }) => id as number), over.map(({ opened }) => opened as number)],
    )
  }
  return rows.filter((row) => !over.includes(row)).map(openRun)
}

function openRun(row: SqlRow): OpenRun {
  return {
    ...shownRun(row),
    at: Number(row.at),
    isReady: row.is_ready as boolean,
    hasChunks: row.has_chunks as boolean,
  }
}

/** Converts a row to a run. */
function shownRun(row: SqlRow): StoredRun {
  const { mark_index: index, mark } = row
  return {
    id: row.id as number,
    name: restored(row.name as string),
    source: parsed<StoredSource>(row.source)!,
    settings: parsed(row.settings),
    keySeed: restored(row.key_seed as string),
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
    read: row.read as number,
    hasEnded: row.has_ended as boolean,
    settledBelow: row.settled_below as number,
    mark: index === null ? undefined : { index: index as number, mark: restored(mark as string) },
    succeeded: row.succeeded as number,
    failed: row.failed as number,
    parked: row.parked as number,
    nextDueAt: (row.next_due_at as number | null) ?? undefined,
    requests: row.requests as number,
    throttled: row.throttled as number,
    elapsed: row.elapsed as number,
    claimedBy: (row.claimed_by as number | null) ?? undefined,
    isShared: row.is_shared as boolean,
    priority: row.priority as number,
    wish: parsedWish(row.wish),
  }
}

/** Stores wishes for a run. */
export async function steerRun(sql: Sql, runId: number, steering: RunSteering): Promise<void> {
  await sql.transaction(async (inside) => {
    const text = 'SELECT wish FROM runs WHERE id = $1 FOR UPDATE'
    const [row] = await inside.query('lock_wish', text, [runId])
    await inside.query('steer_run', 'UPDATE runs SET wish = $2, priority = coalesce($3, priority) WHERE id = $1', [
      runId,
      writtenWish(steeredWish(parsedWish(row?.wish), steering)),
      steering.priority,
    ])
  })
}

/** Wishes for a run; undefined if there is no such run. */
export async function wishOf(sql: Sql, runId: number): Promise<RunWish | undefined> {
  const [row] = await sql.query('wish_of', 'SELECT wish FROM runs WHERE id = $1 AND NOT is_removed', [runId])
  return row === undefined ? undefined : parsedWish(row.wish)
}
