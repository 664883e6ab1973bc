import type { Sql } from '../../database/postgres/sql.ts'

/** Rows deleted at once: this takes a few milliseconds, after which others have their turn. */
const rowsAtOnce = 5_000

const longTables = ['results', 'parked', 'spooled']
const shortTables = ['run_counts', 'ending_tallies', 'error_tallies', 'duration_tallies', 'run_slices', 'chunks']

/** Hides a run, whose rows `sweepRows` deletes. False if there is none. */
export async function hideRun(sql: Sql, runId: number): Promise<boolean> {
  const rows = await sql.query(
    undefined,
    'UPDATE runs SET is_removed = true, claim_epoch = claim_epoch + 1 WHERE id = $1 AND NOT is_removed RETURNING 1',
    [runId],
  )
  return rows.length === 1
}

/** Deletes a part of what removed runs hold. Returns whether more may be left to do. Several processes may do it at once. */
export async function sweepRows(sql: Sql): Promise<boolean> {
  const [removed] = await sql.query(undefined, 'SELECT id FROM runs WHERE is_removed ORDER BY id LIMIT 1')
  if (removed === undefined) return false
  const runId = removed.id as number
  for (const table of longTables) if (await deleteSome(sql, runId, table)) return true
  await sql.transaction(async (inside) => {
    // Commits that began before it was removed are through then, and what they have written is seen.
    await inside.query(undefined, 'SELECT FROM runs WHERE id = $1 FOR UPDATE', [runId])
    for (const table of longTables) if (await deleteSome(inside, runId, table)) return
    for (const table of shortTables) await inside.query(undefined, `DELETE FROM ${table} WHERE run_id = $1`, [runId])
    await inside.query(undefined, 'DELETE FROM runs WHERE id = $1', [runId])
  })
  return true
}

/** Deletes some rows of removed runs; true if there were any. */
async function deleteSome(sql: Sql, runId: number, table: string): Promise<boolean> {
  const [row] = await sql.query(
    undefined,
    `WITH gone AS (
       DELETE FROM ${table} WHERE run_id = $1 AND idx = ANY (ARRAY(
         SELECT idx FROM ${table} WHERE run_id = $1 ORDER BY idx LIMIT ${rowsAtOnce}))
       RETURNING 1)
     SELECT count(*) AS count FROM gone`,
    [runId],
  )
  return row!.count !== 0
}
