import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { QuotaSend } from '../commit-group.ts'

/** Keeps sends, and forgets those that count no more at `date`. Sends of the same millisecond are one row. */
export function insertSends(database: SqliteDatabase, sends: readonly QuotaSend[], date: number): void {
  if (sends.length === 0) return
  for (const { quota, at, weight, until } of sends) {
    database.run(
      `INSERT INTO quota_sends (quota, at, weight, until) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET weight = weight + excluded.weight, until = max(until, excluded.until)`,
      quota,
      at,
      weight,
      until,
    )
  }
  database.run('DELETE FROM quota_sends WHERE until <= ?', date)
}

export function sendsAt(database: SqliteDatabase, date: number): QuotaSend[] {
  return database
    .all('SELECT quota, at, weight, until FROM quota_sends WHERE until > ? ORDER BY at', date)
    .map((row) => ({ ...row }) as unknown as QuotaSend)
}
