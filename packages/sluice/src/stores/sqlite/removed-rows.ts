import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { SqliteValue } from '../../database/sqlite/driver.ts'

/** Maximum number of rows deleted at once, which takes a few milliseconds: other work is not delayed for long. */
const rowsAtOnce = 1_000
const bytesAtOnce = 4_000_000
const pagesAtOnce = 1_000

/** Tables with many rows, each with its large column. */
const longTables = { results: 'body', parked: 'NULL', spooled: 'request' }
const shortTables = ['ending_tallies', 'error_tallies', 'duration_tallies', 'run_slices']

/** Hides a run, whose rows `sweepRows` deletes. */
export function hideRun(database: SqliteDatabase, runId: number): void {
  database.run('UPDATE runs SET is_removed = 1 WHERE id = ?', runId)
}

/**
 * Deletes a part of the data of removed runs, and returns its space to the disk. Returns true if more is left to do.
 * Removing a large run at once would block other processes, and write all of it into the log first.
 */
export function sweepRows(database: SqliteDatabase): boolean {
  const runId = database.number('SELECT id FROM runs WHERE is_removed = 1 LIMIT 1')
  if (runId === 0) return giveBackPages(database)
  database.write(() => {
    for (const [table, large] of Object.entries(longTables)) if (deleteSome(database, runId, table, large)) return
    for (const table of shortTables) database.run(`DELETE FROM ${table} WHERE run_id = ?`, runId)
    database.run('DELETE FROM runs WHERE id = ?', runId)
  })
  return true
}

/** Deletes some rows of removed runs; true if there were any. */
function deleteSome(database: SqliteDatabase, runId: number, table: string, large: string): boolean {
  let last: SqliteValue | undefined
  let bytes = 0
  for (const row of database.iterate(
    `SELECT idx, octet_length(${large}) AS bytes FROM ${table} WHERE run_id = ? ORDER BY idx LIMIT ${rowsAtOnce}`,
    runId,
  )) {
    last = row.idx
    bytes += Number(row.bytes)
    if (bytes >= bytesAtOnce) break
  }
  if (last === undefined) return false
  database.run(`DELETE FROM ${table} WHERE run_id = ? AND idx <= ?`, runId, last)
  return true
}

function giveBackPages(database: SqliteDatabase): boolean {
  if (database.number('PRAGMA freelist_count') === 0) return false
  database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`)
  return database.number('PRAGMA freelist_count') > 0
}
