import type { Sql, SqlValue } from '../../database/postgres/sql.ts'
import type { Page, QuotaSend } from '../run-store.ts'
import type { ParkedItem, SpooledItem } from '../stored-item.ts'
import { restored } from './storable-text.ts'

/** Reads a page of the parked items, by index. */
export async function parkedOf(
  sql: Sql,
  runId: number,
  page: Page & { readonly dueBy?: number | undefined },
): Promise<ParkedItem[]> {
  const { after, limit, dueBy } = page
  const condition = dueBy === undefined ? 'run_id = $1' : 'run_id = $1 AND until <= $2'
  const values = dueBy === undefined ? [runId] : [runId, dueBy]
  const { text, values: all } = limited('parked', 'idx, id, until, code', '0', condition, values, { after, limit })
  const rows = await sql.query(undefined, text, all)
  return rows.map(({ idx, id, until, code }) => ({
    index: idx as number,
    id: restored(id as string),
    until: until as number,
    code: restored(code as string),
  }))
}

/** Reads a page of the spooled items, by index. */
export async function spooledOf(sql: Sql, runId: number, page: Page): Promise<SpooledItem[]> {
  const { text, values } = limited('spooled', 'idx, request', 'octet_length(request)', 'run_id = $1', [runId], page)
  const rows = await sql.query(undefined, text, values)
  return rows.map(({ idx, request }) => ({ index: idx as number, request: restored(request as string) }))
}

/** Indexes of items that have a result or are parked, in order. Merges two lists that are each read from an index. */
export async function settledOf(sql: Sql, runId: number, { after = -1, limit = 1_000 }: Page): Promise<number[]> {
  const rows = await sql.query(
    'settled_of',
    `(SELECT idx FROM results WHERE run_id = $1 AND idx > $2 AND ${isThere} ORDER BY idx LIMIT $3)
     UNION ALL (SELECT idx FROM parked WHERE run_id = $1 AND idx > $2 AND ${isThere} ORDER BY idx LIMIT $3)
     ORDER BY idx LIMIT $3`,
    [runId, after, limit],
  )
  return rows.map((row) => row.idx as number)
}

/** Sends that still count at a date, in order. */
export async function sendsAt(sql: Sql, date: number): Promise<QuotaSend[]> {
  const rows = await sql.query(
    undefined,
    'SELECT quota, at, weight, until FROM quota_sends WHERE until > $1 ORDER BY at, quota',
    [date],
  )
  return rows.map(({ quota, at, weight, until }) => ({
    quota: restored(quota as string),
    at: at as number,
    weight: weight as number,
    until: until as number,
  }))
}

/**
 * Builds the statement for a page of a table, by index. `$1` is the run; a run that is being deleted has no rows.
 * Lengths are summed before any long column is read.
 */
export function limited(
  table: string,
  columns: string,
  length: string,
  condition: string,
  values: readonly SqlValue[],
  { after = -1, limit = 1_000, maxBytes = Number.POSITIVE_INFINITY }: Page,
): { readonly text: string; readonly values: readonly SqlValue[] } {
  const all = [...values, after, limit]
  const [afterAt, limitAt] = [all.length - 1, all.length]
  const where = `WHERE ${condition} AND idx > $${afterAt} AND ${isThere} ORDER BY idx LIMIT $${limitAt}`
  if (maxBytes === Number.POSITIVE_INFINITY) return { text: `SELECT ${columns} FROM ${table} ${where}`, values: all }
  const text = `
    WITH page AS (SELECT idx AS at, ${length} AS length FROM ${table} ${where}),
    sums AS (SELECT at, sum(length) OVER (ORDER BY at) - length AS earlier FROM page)
    SELECT ${columns} FROM ${table} WHERE run_id = $1
      AND idx = ANY (ARRAY(SELECT at FROM sums WHERE earlier < $${all.length + 1}))
      AND idx > $${afterAt} AND idx <= (SELECT max(at) FROM page) ORDER BY idx`
  return { text, values: [...all, Math.max(1, maxBytes)] }
}

/** Condition: run `$1` has not been removed. */
export const isThere = 'EXISTS (SELECT FROM runs WHERE runs.id = $1 AND NOT is_removed)'
