import type { PooledSql, Sql } from '../../../database/postgres/sql.ts'
import type { BeatAnswer, NewWorker, WorkerReport, WorkerState } from '../../shared-store.ts'
import { openChunk, readyChunk } from '../run-rows.ts'
import { restored, storable } from '../storable-text.ts'
import { hasReported, heldChunk } from './chunk-rows.ts'

/** Time in milliseconds after the last report for which a worker is listed. */
const shownFor = 3_600_000
/** Retention in milliseconds of workers that have ended and hold no chunks that could be taken over. */
const keptFor = 7 * 86_400_000

/** Inserts a worker and returns its id. */
export async function insertWorker(sql: Sql, { host, pid, concurrency }: NewWorker): Promise<number> {
  await sql.query(
    'forget_workers',
    `DELETE FROM workers WHERE seen_at < clock_timestamp() - $1 * interval '1 millisecond'
     AND NOT EXISTS (SELECT FROM chunks WHERE worker = workers.id)`,
    [keptFor],
  )
  const rows = await sql.query(
    'insert_worker',
    'INSERT INTO workers (host, pid, concurrency) VALUES ($1, $2, $3) RETURNING id',
    [storable(host), pid, concurrency],
  )
  return Number(rows[0]!.id)
}

/**
 * Timeout in milliseconds of a report, and of the connection to send it on. It is less than half of the silence after
 * which a worker counts as dead, so that a connection that was lost silently is replaced in time.
 */
export const beatTimeout = 2_000

/** Condition: there is something to do. Idle workers read the open runs only then. */
const isCalled = `EXISTS (
    SELECT FROM runs WHERE is_shared AND NOT is_removed AND opened > finished
    AND (wish IS NULL OR wish::json ->> 'state' = 'running') AND (
      ${readyChunk} IS NOT NULL OR (has_ended AND ${openChunk} IS NULL)
    )
  ) OR EXISTS (
    SELECT FROM chunks JOIN workers ON workers.id = chunks.worker
    WHERE NOT is_done AND (left_at IS NOT NULL OR seen_at < clock_timestamp() - $6 * interval '1 millisecond')
  )`

/**
 * Stores a report of a worker. Returns the chunks that it holds and, for an idle worker, whether there is work. A
 * worker that has left stays gone, even if an earlier report arrives later.
 */
export async function beat(
  sql: Pick<PooledSql, 'queryOnce'>,
  id: number,
  { inFlight, settled, isDraining, isIdle = false }: WorkerReport,
  silence: number,
): Promise<BeatAnswer> {
  const rows = await sql.queryOnce(
    'beat',
    `WITH report AS (
       UPDATE workers SET in_flight = $2, settled = $3, is_draining = $4, seen_at = clock_timestamp()
       WHERE id = $1 AND left_at IS NULL)
     SELECT is_called, run_id, number, first_idx, end_idx, epoch
     FROM (SELECT CASE WHEN $5::boolean THEN ${isCalled} ELSE false END AS is_called) AS called
     LEFT JOIN chunks ON worker = $1 AND NOT is_done`,
    [id, inFlight, settled, isDraining, isIdle, silence],
    beatTimeout,
  )
  return { held: rows.filter((row) => row.run_id !== null).map(heldChunk), isCalled: rows[0]!.is_called === true }
}

export async function endWorker(sql: Sql, id: number): Promise<void> {
  await sql.query(
    'end_worker',
    'UPDATE workers SET in_flight = 0, seen_at = clock_timestamp(), left_at = clock_timestamp() WHERE id = $1',
    [id],
  )
}

/**
 * Workers that have reported within the last hour, newest first. A worker is alive if it reported within `silence`
 * milliseconds.
 */
export async function shownWorkers(sql: Sql, silence: number): Promise<WorkerState[]> {
  const rows = await sql.query(
    'shown_workers',
    `SELECT workers.id, host, pid, concurrency, in_flight, settled, is_draining,
       (extract(epoch FROM joined_at) * 1000)::float8 AS joined_at, (extract(epoch FROM seen_at) * 1000)::float8 AS seen_at,
       left_at IS NULL AND ${hasReported('$1')} AS is_alive,
       (SELECT json_agg(json_build_array(name, count)) FROM (
         SELECT runs.name, count(*) FROM chunks JOIN runs ON runs.id = chunks.run_id
         WHERE chunks.worker = workers.id AND NOT chunks.is_done GROUP BY runs.name
       ) AS held) AS chunks
     FROM workers WHERE seen_at > clock_timestamp() - $2 * interval '1 millisecond' ORDER BY workers.id DESC LIMIT 1000`,
    [silence, shownFor],
  )
  return rows.map((row) => ({
    id: Number(row.id),
    host: restored(row.host as string),
    pid: row.pid as number,
    concurrency: row.concurrency as number,
    inFlight: row.in_flight as number,
    settled: Number(row.settled),
    isDraining: row.is_draining as boolean,
    joinedAt: Number(row.joined_at),
    seenAt: Number(row.seen_at),
    isAlive: row.is_alive as boolean,
    chunks: new Map(((row.chunks ?? []) as [string, number][]).map(([name, count]) => [restored(name), count])),
  }))
}
