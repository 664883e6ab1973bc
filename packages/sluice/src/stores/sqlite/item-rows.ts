import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { Page } from '../run-store.ts'
import type { ParkedItem, SpooledItem } from '../stored-item.ts'

/** Parks an item, unless it has a result; true if it was not parked before. */
export function parkItem(database: SqliteDatabase, runId: number, { index, id, until, code }: ParkedItem): boolean {
  const { changes } = database.run(
    `INSERT INTO parked (run_id, idx, id, until, code) SELECT ?, ?, ?, ?, ?
     WHERE NOT EXISTS (SELECT 1 FROM results WHERE run_id = ? AND idx = ?)
     ON CONFLICT DO NOTHING`,
    runId,
    index,
    id,
    until,
    code,
    runId,
    index,
  )
  if (changes === 1) return true
  database.run('UPDATE parked SET until = ?, code = ? WHERE run_id = ? AND idx = ?', until, code, runId, index)
  return false
}

/** Removes the parking of an item; true if it was parked. */
export function unparkItem(database: SqliteDatabase, runId: number, index: number): boolean {
  return database.run('DELETE FROM parked WHERE run_id = ? AND idx = ?', runId, index).changes === 1
}

/** Reads a page of the parked items, by index. */
export function parkedOf(
  database: SqliteDatabase,
  runId: number,
  { after = -1, limit = 1_000, dueBy }: Page & { readonly dueBy?: number | undefined },
): ParkedItem[] {
  const rows =
    dueBy === undefined
      ? database.all(
          `SELECT idx AS "index", id, until, code FROM parked WHERE run_id = ? AND idx > ? ORDER BY idx LIMIT ?`,
          runId,
          after,
          limit,
        )
      : database.all(
          `SELECT idx AS "index", id, until, code FROM parked WHERE run_id = ? AND idx > ? AND until <= ?
           ORDER BY idx LIMIT ?`,
          runId,
          after,
          dueBy,
          limit,
        )
  return rows.map((row) => ({ ...row }) as unknown as ParkedItem)
}

/** Stores an item of the source, unless it is stored already. */
export function spoolItem(database: SqliteDatabase, runId: number, { index, request }: SpooledItem): void {
  database.run(
    'INSERT INTO spooled (run_id, idx, request) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    runId,
    index,
    request,
  )
}

/** Reads a page of the spooled items, by index. */
export function spooledOf(database: SqliteDatabase, runId: number, page: Page): SpooledItem[] {
  const { after = -1, limit = 1_000, maxBytes = Number.POSITIVE_INFINITY } = page
  const items: SpooledItem[] = []
  let bytes = 0
  for (const row of database.iterate(
    'SELECT idx, request FROM spooled WHERE run_id = ? AND idx > ? ORDER BY idx LIMIT ?',
    runId,
    after,
    limit,
  )) {
    const request = row.request as string
    items.push({ index: row.idx as number, request })
    bytes += request.length
    if (bytes >= maxBytes) break
  }
  return items
}

/** Indexes of items that have a result or are parked, in order. Merges two lists that are each read from an index. */
export function settledOf(database: SqliteDatabase, runId: number, { after = -1, limit = 1_000 }: Page): number[] {
  const rows = database.iterate(
    `SELECT idx FROM results WHERE run_id = ? AND idx > ?
     UNION ALL SELECT idx FROM parked WHERE run_id = ? AND idx > ?
     ORDER BY idx LIMIT ?`,
    runId,
    after,
    runId,
    after,
    limit,
  )
  return Array.from(rows, (row) => row.idx as number)
}
