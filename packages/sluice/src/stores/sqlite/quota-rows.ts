import type { QuotaSend } from '../commit-group.ts'
import type { Database } from './database.ts'

/** Sends of the same millisecond are one row. */
export function insertSend(database: Database, { quota, at, weight }: QuotaSend): void {
  database.run(
    `INSERT INTO quota_sends (quota, at, weight) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET weight = weight + excluded.weight`,
    quota,
    at,
    weight,
  )
}

export function sendsSince(database: Database, quota: string, since: number): QuotaSend[] {
  return database
    .all('SELECT quota, at, weight FROM quota_sends WHERE quota = ? AND at >= ? ORDER BY at', quota, since)
    .map((row) => ({ ...row }) as unknown as QuotaSend)
}
