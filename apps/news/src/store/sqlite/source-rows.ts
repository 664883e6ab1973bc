import type { SqliteDatabase, SqliteRow } from 'sluice/internal'
import type { SourceAbout, SourceHealth } from '../../model/news.ts'
import type { QuotaUse, Validators } from '../news-store.ts'

export function healthRows(database: SqliteDatabase): SourceHealth[] {
  const sql = `SELECT source, state, tried_at AS triedAt, succeeded_at AS succeededAt, next_at AS nextAt, message, failures,
      moved_to AS movedTo, about FROM health ORDER BY source`
  return database.all(sql).map((row) => {
    const about = row.about === null ? undefined : (JSON.parse(String(row.about)) as SourceAbout)
    return present({ ...row, about: null }, about) as unknown as SourceHealth
  })
}

export function replaceHealth(database: SqliteDatabase, health: SourceHealth): void {
  database.run(
    `INSERT OR REPLACE INTO health (source, state, tried_at, succeeded_at, next_at, message, failures, moved_to, about)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    health.source,
    health.state,
    health.triedAt,
    health.succeededAt,
    health.nextAt,
    health.message,
    health.failures,
    health.movedTo,
    health.about === undefined ? undefined : JSON.stringify(health.about),
  )
}

export function removeSource(database: SqliteDatabase, source: string): void {
  database.run('DELETE FROM health WHERE source = ?', source)
  database.run('DELETE FROM validators WHERE url = ?', source)
}

export function validatorsOf(database: SqliteDatabase, url: string): Validators | undefined {
  const row = database.get('SELECT etag, last_modified AS lastModified FROM validators WHERE url = ?', url)
  return row === undefined ? undefined : (present(row) as Validators)
}

export function replaceValidators(database: SqliteDatabase, url: string, { etag, lastModified }: Validators): void {
  if (etag === undefined && lastModified === undefined) database.run('DELETE FROM validators WHERE url = ?', url)
  else {
    const sql = 'INSERT OR REPLACE INTO validators (url, etag, last_modified) VALUES (?, ?, ?)'
    database.run(sql, url, etag, lastModified)
  }
}

export function quotaUsesAt(database: SqliteDatabase, quota: string, at: number): QuotaUse[] {
  const sql = 'SELECT at, weight FROM quota_uses WHERE quota = ? AND until > ? ORDER BY at, rowid'
  return database.all(sql, quota, at).map((row) => ({ ...row }) as unknown as QuotaUse)
}

/** Records a request, and removes those of the quota that no longer count at its time. */
export function insertQuotaUse(database: SqliteDatabase, quota: string, { at, weight }: QuotaUse, until: number): void {
  // Clocks have fractions of a millisecond. Rounding up is safe.
  const [from, to] = [Math.floor(at), Math.ceil(until)]
  database.run('DELETE FROM quota_uses WHERE quota = ? AND until <= ?', quota, from)
  database.run('INSERT INTO quota_uses (quota, at, weight, until) VALUES (?, ?, ?, ?)', quota, from, weight, to)
}

/** Removes null columns. */
function present(row: SqliteRow, about?: SourceAbout): object {
  const there = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
  return about === undefined ? there : { ...there, about }
}
