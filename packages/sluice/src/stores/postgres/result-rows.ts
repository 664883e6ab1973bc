import type { Sql, SqlRow, SqlValue } from '../../database/postgres/sql.ts'
import { containing, parsed, parsedHeaders, parsedMeta } from '../plain-data.ts'
import type { Page, ResultFilter } from '../run-store.ts'
import { unpackBody } from '../stored-body.ts'
import type { BodyKind, StoredError, StoredResult } from '../stored-item.ts'
import { limited } from './item-rows.ts'
import { restored, restoredIfAny, storable } from './storable-text.ts'

/** Ending of a result, equal to that of `endingOf`. */
export const ending = `coalesce(status::text, error_code, 'unknown')`

const columns = `idx, id, url, method, ok, status, error_code, error_message, error_retry_at, attempts, requests, throttled,
  attempt_ms, timing, headers, meta, settled_at, body_kind, body_coding, body`

/** Reads a page of the results, by index. */
export async function resultsOf(sql: Sql, runId: number, page: Page & ResultFilter): Promise<StoredResult[]> {
  const { condition, values } = conditionOf(runId, page)
  const paged = limited('results', columns, 'coalesce(body_length, 0)', condition, values, page)
  return (await sql.query(undefined, paged.text, paged.values)).map(resultOf)
}

/** Condition for the rows that match a filter, at the end of a statement. */
export function conditionOf(
  runId: number,
  { ok, endings, error, text, below, before }: ResultFilter,
): { readonly condition: string; readonly values: readonly SqlValue[] } {
  const conditions = ['run_id = $1']
  const values: SqlValue[] = [runId]
  // A literal, not a parameter: failures have a partial index.
  if (ok !== undefined) conditions.push(ok ? 'ok' : 'NOT ok')
  if (endings !== undefined) conditions.push(`${ending} = ANY ($${values.push(endings.map(storable))})`)
  if (error !== undefined) {
    const [code, message] = [error.code, error.message].map((text) => values.push(storable(text)))
    conditions.push(`error_code = $${code} AND error_message = $${message}`)
  }
  if (text !== undefined) {
    const pattern = values.push(containing(storable(text)))
    conditions.push(`(url ILIKE $${pattern} OR id ILIKE $${pattern})`)
  }
  if (below !== undefined) conditions.push(`idx < $${values.push(below)}`)
  if (before !== undefined) conditions.push(`settled_at < $${values.push(before)}`)
  return { condition: conditions.join(' AND '), values }
}

function resultOf(row: SqlRow): StoredResult {
  return {
    index: row.idx as number,
    id: restored(row.id as string),
    url: restoredIfAny(row.url),
    method: restoredIfAny(row.method),
    ok: row.ok as boolean,
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

function errorOf(row: SqlRow): StoredError | undefined {
  if (row.error_code === null) return undefined
  return {
    code: restored(row.error_code as string),
    message: restored(row.error_message as string),
    retryAt: (row.error_retry_at as number | null) ?? undefined,
  }
}
