import type { Sql, SqlRow } from '../../../database/postgres/sql.ts'
import type { Chunk, ChunkCounts, ChunkItem, ChunkWish, ClaimedChunk, HeldChunk } from '../../shared-store.ts'
import type { GroupValues } from '../commit-rows.ts'
import { restored, storable } from '../storable-text.ts'

/** Adds chunks of a run whose source was read further. */
export async function insertChunks(sql: Sql, chunks: readonly Chunk[]): Promise<void> {
  if (chunks.length === 0) return
  await sql.query(
    'insert_chunks',
    `INSERT INTO chunks (run_id, number, first_idx, end_idx)
     SELECT * FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::bigint[]) ON CONFLICT DO NOTHING`,
    [
      chunks.map(({ runId }) => runId),
      chunks.map(({ number }) => number),
      chunks.map(({ first }) => first),
      chunks.map(({ end }) => end),
    ],
  )
}

/** Claims chunks of several runs for a worker, each in a new epoch, with the items that are left to do. */
export async function claimChunks(sql: Sql, worker: number, wishes: readonly ChunkWish[]): Promise<ClaimedChunk[]> {
  // All workers use the same order, so that they cannot deadlock.
  const sorted = wishes.toSorted((a, b) => a.runId - b.runId)
  const rows = await sql.query('claim_chunks', 'SELECT * FROM claim_chunks($1, $2, $3)', [
    worker,
    sorted.map(({ runId }) => runId),
    sorted.map(({ count }) => count),
  ])
  return rows.map((row) => ({
    chunk: heldChunk(row),
    deaths: row.deaths as number,
    items: (row.items as [number, string][]).map(([index, request]) => ({ index, request: restored(request) })),
  }))
}

/** Releases chunks of a worker. Chunks that another worker holds by now are left alone. */
export async function releaseChunks(sql: Sql, chunks: readonly HeldChunk[]): Promise<void> {
  if (chunks.length === 0) return
  await sql.query('let_go', 'SELECT let_go($1, $2, $3)', [
    chunks.map(({ runId }) => runId),
    chunks.map(({ number }) => number),
    chunks.map(({ epoch }) => epoch),
  ])
}

/** Releases the chunks of workers that have not reported for `silence` milliseconds. Returns their number. */
export async function takeOver(sql: Sql, silence: number): Promise<number> {
  // A worker whose last report is in the future, because the clock was set back, counts as alive from now on.
  const [row] = await sql.query(
    'take_over',
    `WITH ahead AS (UPDATE workers SET seen_at = clock_timestamp() WHERE NOT ${isPast('seen_at')})
     SELECT take_over($1) AS count`,
    [silence],
  )
  return row!.count as number
}

/**
 * Reopens chunks with parked items that are due because failures were requeued. Chunks that were given up because
 * workers died are tried again, with nothing else in flight.
 */
export async function reopenRequeued(sql: Sql, runId: number): Promise<number> {
  // Looks up the next parked item at or after each chunk: one step in an index, whatever statistics the planner has.
  const rows = await sql.query(
    'reopen_requeued',
    `UPDATE chunks SET is_done = false, due_at = 0, deaths = least(deaths, 3) WHERE run_id = $1 AND (is_done OR (worker IS NULL AND due_at > 0))
     AND EXISTS (SELECT FROM parked WHERE run_id = $1)
     AND (SELECT min(idx) FROM parked WHERE run_id = $1 AND idx >= first_idx AND idx < end_idx
       AND (is_done OR until <= extract(epoch FROM statement_timestamp()) * 1000)) IS NOT NULL
     RETURNING 1`,
    [runId],
  )
  return rows.length
}

/**
 * Compares the results of a fully read run with its input, and reopens chunks that lack results: only the results
 * decide what is done.
 */
export async function reopenIncomplete(sql: Sql, runId: number): Promise<number> {
  const rows = await sql.query(
    'reopen_incomplete',
    `UPDATE chunks SET is_done = false, due_at = 0 WHERE run_id = $1 AND is_done
     AND (SELECT has_ended FROM runs WHERE id = $1)
     AND NOT EXISTS (SELECT FROM chunks WHERE run_id = $1 AND NOT is_done)
     AND (SELECT count(*) FROM results WHERE run_id = $1 AND idx >= first_idx AND idx < end_idx) < end_idx - first_idx
     RETURNING 1`,
    [runId],
  )
  return rows.length
}

export async function countChunks(sql: Sql, runId: number): Promise<ChunkCounts> {
  const rows = await sql.query(
    'count_chunks',
    `SELECT count(*) FILTER (WHERE NOT is_done AND worker IS NULL) AS waiting,
       count(*) FILTER (WHERE NOT is_done AND worker IS NOT NULL) AS held,
       count(*) FILTER (WHERE is_done) AS done
     FROM chunks WHERE run_id = $1`,
    [runId],
  )
  const { waiting, held, done } = rows[0]!
  return { waiting: Number(waiting), held: Number(held), done: Number(done) }
}

/** Number of live workers that hold chunks of a run. */
export async function countWorkersOf(sql: Sql, runId: number, silence: number): Promise<number> {
  const rows = await sql.query(
    'count_workers_of',
    `SELECT count(DISTINCT worker) AS count FROM chunks JOIN workers ON workers.id = chunks.worker
     WHERE run_id = $1 AND NOT is_done AND left_at IS NULL
     AND ${hasReported('$2')}`,
    [runId, silence],
  )
  return Number(rows[0]!.count)
}

/** Condition: a worker has reported within this number of milliseconds. */
export function hasReported(silence: string): string {
  return `seen_at > clock_timestamp() - ${silence} * interval '1 millisecond' AND ${isPast('seen_at')}`
}

/** Condition: a time is not in the future. Two statements at once may be a moment apart. */
function isPast(time: string): string {
  return `${time} <= clock_timestamp() + interval '1 second'`
}

export function heldChunk(row: SqlRow): HeldChunk {
  return {
    runId: Number(row.run_id),
    number: Number(row.number),
    first: Number(row.first_idx),
    end: Number(row.end_idx),
    epoch: Number(row.epoch),
  }
}

/** Adds items that were read from a source. */
export async function spoolItems(sql: Sql, runId: number, items: readonly ChunkItem[]): Promise<void> {
  if (items.length === 0) return
  await sql.query(
    'spool_items',
    `INSERT INTO spooled (run_id, idx, request)
     SELECT $1, * FROM unnest($2::bigint[], $3::text[]) ON CONFLICT DO NOTHING`,
    [runId, items.map(({ index }) => index), items.map(({ request }) => storable(request))],
  )
}

/** Commits a group of items of chunks that a worker holds. Returns the chunks that it no longer holds. */
export async function commitHeld(
  sql: Sql,
  runId: number,
  worker: number,
  held: readonly HeldChunk[],
  values: GroupValues,
): Promise<readonly HeldChunk[]> {
  const rows = await sql.query(
    'commit_held',
    'SELECT commit_held($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS lost',
    [runId, worker, held.map(({ number }) => number), held.map(({ epoch }) => epoch), ...values],
  )
  const lost = new Set(rows[0]!.lost as readonly number[])
  return held.filter(({ number }) => lost.has(number))
}
