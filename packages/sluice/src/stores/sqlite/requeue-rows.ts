import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { ResultFilter } from '../run-store.ts'
import { otherMessages } from '../stored-run.ts'
import { conditionOf, ending } from './result-rows.ts'
import { countedUnder } from './tally-rows.ts'

/** Turns failed results into parked items and subtracts them from the counts. Returns their number. */
export function requeueRows(database: SqliteDatabase, runId: number, filter: ResultFilter): number {
  const { condition, values } = conditionOf(runId, { ...filter, ok: false })

  const endings = database.all(
    `SELECT ${ending} AS ending, count(*) AS count FROM results WHERE ${condition} GROUP BY 1`,
    ...values,
  )
  const errors = database.all(
    `SELECT error_code AS code, error_message AS message, count(*) AS count FROM results
     WHERE ${condition} AND error_code IS NOT NULL GROUP BY 1, 2`,
    ...values,
  )
  database.run(
    `INSERT INTO parked (run_id, idx, id, until, code)
     SELECT run_id, idx, id, 0, coalesce(error_code, 'unknown') FROM results WHERE ${condition}`,
    ...values,
  )
  const { changes } = database.run(`DELETE FROM results WHERE ${condition}`, ...values)
  database.run('UPDATE runs SET failed = failed - ?, parked = parked + ? WHERE id = ?', changes, changes, runId)

  for (const { ending, count } of endings) {
    database.run('UPDATE ending_tallies SET count = count - ? WHERE run_id = ? AND ending = ?', count, runId, ending)
  }
  for (const { code, message, count } of errors) {
    database.run(
      'UPDATE error_tallies SET count = count - ? WHERE run_id = ? AND code = ? AND message = ?',
      count,
      runId,
      code,
      countedUnder(database, runId, code as string, message as string),
    )
  }
  replaceExamples(database, runId)
  return changes
}

/** Replaces examples whose results were removed. */
function replaceExamples(database: SqliteDatabase, runId: number): void {
  const stale = database.all(
    `SELECT id FROM error_tallies AS tally WHERE run_id = ? AND count > 0
     AND NOT EXISTS (SELECT 1 FROM results WHERE run_id = tally.run_id AND idx = tally.example_idx)`,
    runId,
  )
  for (const { id } of stale) {
    database.run(
      `UPDATE error_tallies AS tally SET (example, example_idx) = (
         SELECT id, idx FROM results
         WHERE run_id = tally.run_id AND ok = 0 AND error_code = tally.code AND (
           error_message = tally.message OR tally.message = '${otherMessages}' AND error_message NOT IN (
             SELECT message FROM error_tallies WHERE run_id = tally.run_id AND code = tally.code))
         ORDER BY idx LIMIT 1)
       WHERE id = ?`,
      id,
    )
  }
}
