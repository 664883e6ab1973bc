import type { SqliteBindable, SqliteDatabase } from '../../database/sqlite/database.ts'
import type { SqliteRow } from '../../database/sqlite/driver.ts'
import { containing, parsed, parsedHeaders, parsedMeta, written, writtenHeaders } from '../plain-data.ts'
import type { Page, ResultFilter } from '../run-store.ts'
import { packBody, unpackBody } from '../stored-body.ts'
import type { BodyKind, StoredError, StoredResult } from '../stored-item.ts'

/** Ending of a result, equal to that of `endingOf`. */
export const ending = `coalesce(CAST(status AS TEXT), error_code, 'unknown')`

/** Stores a result; false if the item has one already. */
export function insertResult(database: SqliteDatabase, runId: number, result: StoredResult): boolean {
  const { error } = result
  const body = packBody(result.body)
  const { changes } = database.run(
    `INSERT INTO results (
       run_id, idx, id, url, method, ok, status, error_code, error_message, error_retry_at, attempts, requests,
       throttled, attempt_ms, timing, headers, meta, settled_at, body_kind, body_coding, body
     ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    runId,
    result.index,
    result.id,
    result.url,
    result.method,
    result.ok,
    result.status,
    error?.code,
    error?.message,
    error?.retryAt,
    result.attempts,
    result.requests,
    result.throttled,
    written(result.attemptMs),
    written(result.timing),
    writtenHeaders(result),
    written(result.meta),
    result.settledAt,
    result.bodyKind,
    body.coding,
    body.bytes,
  )
  return changes === 1
}

/** Reads a page of the results, by index. */
export function resultsOf(database: SqliteDatabase, runId: number, page: Page & ResultFilter): StoredResult[] {
  const { after = -1, limit = 1_000, maxBytes = Number.POSITIVE_INFINITY } = page
  const { condition, values } = conditionOf(runId, page)
  const rows = database.iterate(
    `SELECT * FROM results WHERE ${condition} AND idx > ? ORDER BY idx LIMIT ?`,
    ...values,
    after,
    limit,
  )
  const results: StoredResult[] = []
  let bytes = 0
  for (const row of rows) {
    const result = resultOf(row)
    results.push(result)
    bytes += result.body?.length ?? 0
    if (bytes >= maxBytes) break
  }
  return results
}

/** Condition for the rows that match a filter, at the end of a statement. */
export function conditionOf(
  runId: number,
  { ok, endings, error, text, below, before }: ResultFilter,
): { readonly condition: string; readonly values: readonly SqliteBindable[] } {
  const conditions = ['run_id = ?']
  const values: SqliteBindable[] = [runId]
  // A literal, not a parameter: failures have a partial index.
  if (ok !== undefined) conditions.push(`ok = ${ok ? 1 : 0}`)
  if (endings !== undefined) {
    conditions.push(`${ending} IN (SELECT value FROM json_each(?))`)
    values.push(JSON.stringify(endings))
  }
  if (error !== undefined) {
    conditions.push('error_code = ? AND error_message = ?')
    values.push(error.code, error.message)
  }
  if (text !== undefined) {
    conditions.push(`(url LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\')`)
    values.push(containing(text), containing(text))
  }
  if (below !== undefined) {
    conditions.push('idx < ?')
    values.push(below)
  }
  if (before !== undefined) {
    conditions.push('settled_at < ?')
    values.push(before)
  }
  return { condition: conditions.join(' AND '), values }
}

function resultOf(row: SqliteRow): StoredResult {
  return {
    index: row.idx as number,
    id: row.id as string,
    url: (row.url as string | null) ?? undefined,
    method: (row.method as string | null) ?? undefined,
    ok: row.ok === 1,
    status: (row.status as number | null) ?? undefined,
    error: errorOf(row),
    attempts: row.attempts as number,
    requests: row.requests as number,
    throttled: row.throttled as number,
    attemptMs: parsed<number[]>(row.attempt_ms) ?? [],
    timing: parsed<StoredResult['timing']>(row.timing)!,
    ...parsedHeaders(row.headers),
    bodyKind: row.body_kind as BodyKind,
    body: unpackBody(row.body_coding as string | null, row.body as Uint8Array | null),
    meta: parsedMeta(row.meta),
    settledAt: row.settled_at as number,
  }
}

function errorOf(row: SqliteRow): StoredError | undefined {
  if (row.error_code === null) return undefined
  return {
    code: row.error_code as string,
    message: row.error_message as string,
    retryAt: (row.error_retry_at as number | null) ?? undefined,
  }
}
