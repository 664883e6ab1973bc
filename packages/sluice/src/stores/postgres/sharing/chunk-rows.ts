import type { Sql, SqlRow } from '../../../database/postgres/sql.ts'
import type { Chunk, ChunkCounts, ChunkItem, HeldChunk } from '../../shared-store.ts'
import type { GroupValues } from '../commit-rows.ts'
import { restored, storable } from '../storable-text.ts'

/** Adds chunks of a run that has been read further. */
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

/** A job that was taken out of the queue. */
export interface TakenJob {
  readonly id: string
  readonly attempt: number
  readonly chunk: number
}

/** Puts chunks into a worker's hands, in a new epoch. Those that are done already are not among the answer. */
export async function holdChunks(
  sql: Sql,
  runId: number,
  jobs: readonly TakenJob[],
  worker: number,
): Promise<HeldChunk[]> {
  const rows = await sql.query(
    'hold_chunks',
    `UPDATE chunks SET epoch = epoch + 1, worker = $5, job_id = taken.id, job_attempt = taken.attempt
     FROM unnest($2::int[], $3::uuid[], $4::int[]) AS taken (number, id, attempt)
     WHERE run_id = $1 AND chunks.number = taken.number AND NOT is_done
     RETURNING run_id, chunks.number, first_idx, end_idx, epoch, job_id, job_attempt`,
    [runId, jobs.map(({ chunk }) => chunk), jobs.map(({ id }) => id), jobs.map(({ attempt }) => attempt), worker],
  )
  return rows.map(heldChunk)
}

// Both sides of a comparison name the range of the chunk: no plan reads more of a run, however little is known of its size.

/**
 * Takes a chunk out of its worker's hands. It is done if each of its items has a result, whatever its worker believes.
 * Answers what became of it; nothing if it was not in these hands any more.
 */
export async function letGo(sql: Sql, { runId, number, epoch }: HeldChunk): Promise<'done' | 'open' | undefined> {
  const [row] = await sql.query(
    'let_go',
    `UPDATE chunks SET worker = NULL, is_done = NOT EXISTS (
       SELECT FROM spooled WHERE run_id = $1 AND idx >= first_idx AND idx < end_idx
       AND NOT EXISTS (SELECT FROM results
         WHERE run_id = $1 AND results.idx = spooled.idx AND results.idx >= first_idx AND results.idx < end_idx))
     WHERE run_id = $1 AND number = $2 AND epoch = $3 AND worker IS NOT NULL RETURNING is_done`,
    [runId, number, epoch],
  )
  if (row === undefined) return undefined
  return row.is_done === true ? 'done' : 'open'
}

/**
 * Items of a chunk that have no result, and are not parked until later: by the clock of the database, which is that of
 * the queue too, so that a chunk that it hands out has something to do.
 */
export async function itemsToDo(sql: Sql, { runId, first, end }: Chunk): Promise<ChunkItem[]> {
  const rows = await sql.query(
    'items_to_do',
    `SELECT idx, request FROM spooled
     WHERE run_id = $1 AND idx >= $2 AND idx < $3
     AND NOT EXISTS (SELECT FROM results WHERE run_id = $1 AND idx = spooled.idx AND idx >= $2 AND idx < $3)
     AND NOT EXISTS (SELECT FROM parked WHERE run_id = $1 AND idx = spooled.idx AND idx >= $2 AND idx < $3
       AND until > extract(epoch FROM clock_timestamp()) * 1000)
     ORDER BY idx`,
    [runId, first, end],
  )
  return rows.map(({ idx, request }) => ({ index: Number(idx), request: restored(request as string) }))
}

/** Date at which the first parked item of a chunk is due. */
export async function firstDate(sql: Sql, { runId, first, end }: Chunk): Promise<number | undefined> {
  const rows = await sql.query(
    'first_date',
    'SELECT min(until) AS until FROM parked WHERE run_id = $1 AND idx >= $2 AND idx < $3',
    [runId, first, end],
  )
  return (rows[0]?.until as number | null | undefined) ?? undefined
}

/** Opens chunks again that were done, and of which failures were put back since. */
export async function reopenRequeued(sql: Sql, runId: number): Promise<void> {
  // By the next parked item at or after each chunk: that is one step in an index, whatever is known of how many there are.
  await sql.query(
    'reopen_requeued',
    `UPDATE chunks SET is_done = false WHERE run_id = $1 AND is_done
     AND EXISTS (SELECT FROM parked WHERE run_id = $1)
     AND (SELECT min(idx) FROM parked WHERE run_id = $1 AND idx >= first_idx) < end_idx`,
    [runId],
  )
}

/**
 * Compares the results of a run that was read to its end with its input, and opens those chunks again that lack any: the
 * results say what is done, and nothing else.
 */
export async function reopenIncomplete(sql: Sql, runId: number): Promise<void> {
  await sql.query(
    'reopen_incomplete',
    `UPDATE chunks SET is_done = false WHERE run_id = $1 AND is_done
     AND (SELECT has_ended FROM runs WHERE id = $1)
     AND (SELECT count(*) FROM results WHERE run_id = $1 AND idx >= first_idx AND idx < end_idx) < end_idx - first_idx`,
    [runId],
  )
}

/** Numbers of some chunks that are not done, that no worker holds, and for which `queue`, a schema of pg-boss, has no job. */
export async function strayChunks(sql: Sql, queue: string, runId: number, limit: number): Promise<number[]> {
  // Not by NOT EXISTS: that is a loop within a loop where nothing is known yet of how many there are.
  const rows = await sql.query(
    'stray_chunks',
    `SELECT number FROM chunks WHERE run_id = $1 AND NOT is_done AND worker IS NULL
     EXCEPT SELECT singleton_key::int FROM ${queue}.job WHERE name = $2 AND state <= 'active'
     ORDER BY number LIMIT $3`,
    [runId, queueOf(runId), limit],
  )
  return rows.map(({ number }) => number as number)
}

/** True if a run has a chunk that is not done. */
export async function hasOpenChunks(sql: Sql, runId: number): Promise<boolean> {
  const text = 'SELECT FROM chunks WHERE run_id = $1 AND NOT is_done LIMIT 1'
  return (await sql.query('has_open_chunks', text, [runId])).length > 0
}

/** Which of these queues are of runs that have nothing left to do, or are not there any more. */
export async function endedQueues(sql: Sql, queues: readonly string[]): Promise<string[]> {
  const rows = await sql.query(
    'ended_queues',
    `SELECT queue FROM unnest($1::text[]) AS queue WHERE NOT EXISTS (
       SELECT FROM runs WHERE 'run-' || runs.id = queue AND NOT is_removed
       AND (NOT has_ended OR EXISTS (SELECT FROM chunks WHERE run_id = runs.id AND NOT is_done)))`,
    [queues],
  )
  return rows.map(({ queue }) => queue as string)
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

/** Chunks of workers that have not reported for `silence` milliseconds, although they could have. */
export async function chunksOfTheSilent(sql: Sql, silence: number): Promise<HeldChunk[]> {
  const rows = await sql.query(
    'chunks_of_the_silent',
    `SELECT run_id, number, first_idx, end_idx, epoch, job_id, job_attempt
     FROM chunks JOIN workers ON workers.id = chunks.worker
     WHERE NOT is_done AND (left_at IS NOT NULL OR seen_at < clock_timestamp() - $1 * interval '1 millisecond')
     AND pg_postmaster_start_time() < clock_timestamp() - 2 * $1 * interval '1 millisecond'
     LIMIT 1000`,
    [silence],
  )
  return rows.map(heldChunk)
}

/** Number of live workers that hold chunks of a run. */
export async function countWorkersOf(sql: Sql, runId: number, silence: number): Promise<number> {
  const rows = await sql.query(
    'count_workers_of',
    `SELECT count(DISTINCT worker) AS count FROM chunks JOIN workers ON workers.id = chunks.worker
     WHERE run_id = $1 AND NOT is_done AND left_at IS NULL
     AND seen_at > clock_timestamp() - $2 * interval '1 millisecond'`,
    [runId, silence],
  )
  return Number(rows[0]!.count)
}

function heldChunk(row: SqlRow): HeldChunk {
  return {
    runId: Number(row.run_id),
    number: Number(row.number),
    first: Number(row.first_idx),
    end: Number(row.end_idx),
    epoch: Number(row.epoch),
    job: { id: row.job_id as string, attempt: Number(row.job_attempt) },
  }
}

/** The queue of a run. */
export function queueOf(runId: number): string {
  return `run-${runId}`
}

/** Adds items that were read of a source. */
export async function spoolItems(sql: Sql, runId: number, items: readonly ChunkItem[]): Promise<void> {
  if (items.length === 0) return
  await sql.query(
    'spool_items',
    `INSERT INTO spooled (run_id, idx, request)
     SELECT $1, * FROM unnest($2::bigint[], $3::text[]) ON CONFLICT DO NOTHING`,
    [runId, items.map(({ index }) => index), items.map(({ request }) => storable(request))],
  )
}

/** Keeps a group of items of chunks that a worker holds, and answers those of them that it does not hold any more. */
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
