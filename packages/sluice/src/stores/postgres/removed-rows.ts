import type { Sql } from '../../database/postgres/sql.ts'

/** Maximum number of rows deleted at once, which takes a few milliseconds: other work is not delayed for long. */
const rowsAtOnce = 5_000

const longTables = ['results', 'parked', 'spooled']
const shortTables = ['run_counts', 'ending_tallies', 'error_tallies', 'duration_tallies', 'run_slices', 'chunks']

/** Hides a run, whose rows `RowSweep` deletes. Returns false if there is no such run. */
export async function hideRun(sql: Sql, runId: number): Promise<boolean> {
  const rows = await sql.query(
    undefined,
    'UPDATE runs SET is_removed = true, claim_epoch = claim_epoch + 1 WHERE id = $1 AND NOT is_removed RETURNING 1',
    [runId],
  )
  return rows.length === 1
}

/** Deletes the rows of removed runs, in parts. Several processes may do so at once. */
export class RowSweep {
  readonly #sql: Sql
  #runId: number | undefined
  /** Greatest deleted index of each table, so that dead rows before it are not scanned again. */
  readonly #deletedTo = new Map<string, number>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Deletes a part. Returns true if more may be left to do. */
  async step(): Promise<boolean> {
    const [removed] = await this.#sql.query(undefined, 'SELECT id FROM runs WHERE is_removed ORDER BY id LIMIT 1')
    if (removed === undefined) return false
    if (removed.id !== this.#runId) this.#deletedTo.clear()
    const runId = removed.id as number
    this.#runId = runId
    for (const table of longTables) if (await this.#deleteSome(runId, table)) return true
    await this.#sql.transaction(async (inside) => {
      // Commits that started before the removal have ended by now, and the rows they wrote are visible.
      await inside.query(undefined, 'SELECT FROM runs WHERE id = $1 FOR UPDATE', [runId])
      for (const table of longTables) if ((await deleteAfter(inside, runId, table, -1)) !== undefined) return
      for (const table of shortTables) await inside.query(undefined, `DELETE FROM ${table} WHERE run_id = $1`, [runId])
      await inside.query(undefined, 'DELETE FROM runs WHERE id = $1', [runId])
    })
    return true
  }

  async #deleteSome(runId: number, table: string): Promise<boolean> {
    const last = await deleteAfter(this.#sql, runId, table, this.#deletedTo.get(table) ?? -1)
    if (last !== undefined) this.#deletedTo.set(table, last)
    return last !== undefined
  }
}

/** Deletes some rows after an index. Returns the greatest deleted index; undefined if there were no rows. */
async function deleteAfter(sql: Sql, runId: number, table: string, after: number): Promise<number | undefined> {
  const [row] = await sql.query(
    undefined,
    `WITH gone AS (
       DELETE FROM ${table} WHERE run_id = $1 AND idx = ANY (ARRAY(
         SELECT idx FROM ${table} WHERE run_id = $1 AND idx > $2 ORDER BY idx LIMIT ${rowsAtOnce}))
       RETURNING idx)
     SELECT max(idx) AS last FROM gone`,
    [runId, after],
  )
  return (row!.last as number | null) ?? undefined
}
