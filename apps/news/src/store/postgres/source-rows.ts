import { randomUUID } from 'node:crypto'
import type { SourceHealth } from '../../model/news.ts'
import type { QuotaUse, Validators } from '../news-store.ts'
import { keyOf } from './article-rows.ts'
import type { Database, Row } from './database.ts'

export async function healthRows(database: Database): Promise<SourceHealth[]> {
  const rows = await database.rows(
    `SELECT source, state, tried_at AS "triedAt", succeeded_at AS "succeededAt", next_at AS "nextAt", message, failures,
       moved_to AS "movedTo", about FROM health ORDER BY source`,
  )
  return rows.map((row) => {
    const about = row.about === null ? null : JSON.parse(String(row.about))
    return present({ ...row, about }) as unknown as SourceHealth
  })
}

export async function replaceHealth(database: Database, health: SourceHealth): Promise<void> {
  await database.run(
    `INSERT INTO health (source_key, source, state, tried_at, succeeded_at, next_at, message, failures, moved_to, about)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (source_key) DO UPDATE SET state = excluded.state, tried_at = excluded.tried_at,
       succeeded_at = excluded.succeeded_at, next_at = excluded.next_at, message = excluded.message,
       failures = excluded.failures, moved_to = excluded.moved_to, about = excluded.about`,
    keyOf(health.source),
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

export async function removeSource(database: Database, source: string): Promise<void> {
  await database.run('DELETE FROM health WHERE source_key = $1', keyOf(source))
  await database.run('DELETE FROM validators WHERE url_key = $1', keyOf(source))
}

export async function validatorsOf(database: Database, url: string): Promise<Validators | undefined> {
  const sql = 'SELECT etag, last_modified AS "lastModified" FROM validators WHERE url_key = $1'
  const [row] = await database.rows(sql, keyOf(url))
  return row === undefined ? undefined : (present(row) as Validators)
}

export async function replaceValidators(
  database: Database,
  url: string,
  { etag, lastModified }: Validators,
): Promise<void> {
  if (etag === undefined && lastModified === undefined) {
    await database.run('DELETE FROM validators WHERE url_key = $1', keyOf(url))
    return
  }
  await database.run(
    `INSERT INTO validators (url_key, url, etag, last_modified) VALUES ($1, $2, $3, $4)
     ON CONFLICT (url_key) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified`,
    keyOf(url),
    url,
    etag,
    lastModified,
  )
}

export async function quotaUsesAt(database: Database, quota: string, at: number): Promise<QuotaUse[]> {
  const rows = await database.rows(
    'SELECT at, weight FROM quota_uses WHERE quota_key = $1 AND until > $2::bigint ORDER BY at, number',
    keyOf(quota),
    Math.floor(at),
  )
  return rows.map((row) => ({ ...row }) as unknown as QuotaUse)
}

/** Records a request, and removes those of the quota that no longer count at its time. */
export async function insertQuotaUse(
  database: Database,
  quota: string,
  { at, weight }: QuotaUse,
  until: number,
): Promise<void> {
  // Clocks have fractions of a millisecond. Rounding up is safe.
  await database.run(
    `WITH gone AS (DELETE FROM quota_uses WHERE quota_key = $2 AND until <= $4::bigint)
     INSERT INTO quota_uses (send, quota_key, quota, at, weight, until)
     VALUES ($1, $2, $3, $4::bigint, $5, $6::bigint) ON CONFLICT (send) DO NOTHING`,
    randomUUID(),
    keyOf(quota),
    quota,
    Math.floor(at),
    weight,
    Math.ceil(until),
  )
}

/** Removes null columns. */
function present(row: Row): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
}
