import type { Sql } from '../../database/postgres/sql.ts'
import type { ResultFilter } from '../run-store.ts'
import { otherMessages } from '../stored-run.ts'
import { requeueLock } from './held-commits.ts'
import { conditionOf, ending } from './result-rows.ts'

/** Subtracts removed results from the counts, in shard 0. Messages without an own row count as `otherMessages`. */
function takeBack(condition: string): string {
  return `
    WITH taken AS (
      DELETE FROM results WHERE ${condition} RETURNING idx, id, status, error_code, error_message
    ), parking AS (
      INSERT INTO parked (run_id, idx, id, until, code)
      SELECT $1, idx, id, 0, coalesce(error_code, 'unknown') FROM taken ORDER BY idx
      ON CONFLICT DO NOTHING RETURNING 1
    ), counting AS (
      INSERT INTO run_counts AS counts (run_id, shard, failed, parked)
      SELECT $1, 0, -count(*), (SELECT count(*) FROM parking) FROM taken
      ON CONFLICT (run_id, shard) DO UPDATE SET
        failed = counts.failed + excluded.failed, parked = counts.parked + excluded.parked
    ), endings AS (
      INSERT INTO ending_tallies AS tally (run_id, shard, ending, count)
      SELECT $1, 0, ${ending}, -count(*) FROM taken GROUP BY 3
      ON CONFLICT (run_id, shard, ending) DO UPDATE SET count = tally.count + excluded.count
    ), errors AS (
      SELECT error_code AS code, error_message AS message, count(*) AS count
      FROM taken WHERE error_code IS NOT NULL GROUP BY 1, 2
    ), own AS (
      SELECT code, message_hash, greatest(sum(count), 0) AS count FROM error_tallies WHERE run_id = $1 GROUP BY 1, 2
    ), shares AS (
      SELECT errors.code, message, errors.count, least(errors.count, coalesce(own.count, 0)) AS own
      FROM errors LEFT JOIN own ON own.code = errors.code AND own.message_hash = hashtextextended(message, 0)
    ), amounts AS (
      SELECT code, message, own AS count FROM shares UNION ALL SELECT code, '${otherMessages}', count - own FROM shares
    ), tallies AS (
      INSERT INTO error_tallies AS tally (run_id, shard, code, message, message_hash, count)
      SELECT $1, 0, code, message, hashtextextended(message, 0), -sum(count)
      FROM amounts GROUP BY code, message HAVING sum(count) > 0
      ON CONFLICT (run_id, shard, code, message_hash) DO UPDATE SET count = tally.count + excluded.count
    )
    SELECT count(*) AS count, coalesce(max(idx), 0) AS last FROM taken`
}

/** Clears examples whose results were removed. */
const dropExamples = `
  UPDATE error_tallies AS tally SET example = NULL, example_idx = NULL
  WHERE run_id = $1 AND example_idx IS NOT NULL
    AND NOT EXISTS (SELECT FROM results WHERE run_id = $1 AND idx = tally.example_idx AND NOT ok)`

/** Replaces cleared examples where other failures exist. */
const findExamples = `
  UPDATE error_tallies AS tally SET (example, example_idx) = (
    SELECT id, idx FROM results
    WHERE run_id = $1 AND NOT ok AND error_code = tally.code AND (
      error_message = tally.message OR tally.message = '${otherMessages}' AND NOT EXISTS (
        SELECT FROM error_tallies AS own
        WHERE own.run_id = $1 AND own.code = tally.code AND own.message = results.error_message))
    ORDER BY idx LIMIT 1)
  WHERE id IN (
    SELECT min(id) FROM error_tallies WHERE run_id = $1 GROUP BY code, message_hash
    HAVING sum(count) > 0 AND count(example_idx) = 0)`

/** Failures that one transaction puts back: a single one for a million would exceed the timeout of a statement. */
const atOnce = 20_000

/**
 * Puts failed results back as parked items, and subtracts them from the counts. Returns their number. `epoch` is
 * checked as in commits. What was put back stays so if a later part fails.
 */
export async function requeueRows(
  sql: Sql,
  runId: number,
  epoch: number | undefined,
  filter: ResultFilter,
): Promise<number | 'unknown' | 'busy'> {
  let total = 0
  for (let after = -1; ; ) {
    const part = await requeuePart(sql, runId, epoch, filter, after)
    if (typeof part === 'string') return part
    total += part.count
    if (part.count < atOnce) return total
    after = part.last
  }
}

/** Puts back the first failures after an index, so that no item is put back twice that fails again meanwhile. */
async function requeuePart(
  sql: Sql,
  runId: number,
  epoch: number | undefined,
  filter: ResultFilter,
  after: number,
): Promise<{ readonly count: number; readonly last: number } | 'unknown' | 'busy'> {
  const { condition, values } = conditionOf(runId, { ...filter, ok: false })
  const part = `SELECT idx FROM results WHERE ${condition} AND idx > $${values.length + 1} ORDER BY idx LIMIT ${atOnce}`
  return sql.transaction(async (inside) => {
    await inside.query(undefined, `SELECT pg_advisory_xact_lock(${requeueLock('$1::bigint')})`, [runId])
    const lock = 'SELECT claim_epoch FROM runs WHERE id = $1 AND NOT is_removed FOR NO KEY UPDATE'
    const [run] = await inside.query(undefined, lock, [runId])
    if (run === undefined) return 'unknown'
    if (epoch !== undefined && run.claim_epoch !== epoch) return 'busy'
    const [row] = await inside.query(undefined, takeBack(`run_id = $1 AND idx = ANY (ARRAY(${part}))`), [
      ...values,
      after,
    ])
    if (row!.count !== 0) {
      await inside.query(undefined, 'UPDATE runs SET opened = opened + 1 WHERE id = $1', [runId])
      await inside.query(undefined, dropExamples, [runId])
      await inside.query(undefined, findExamples, [runId])
    }
    return { count: row!.count as number, last: row!.last as number }
  })
}
