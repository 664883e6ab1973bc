import type { SqlValue } from '../../database/postgres/sql.ts'
import type { Page } from '../run-store.ts'

/**
 * The statement for a part of a table, by index. `$1` is the run; rows of one that is being deleted are not there any more.
 * Lengths are summed up before anything long is read.
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
    SELECT ${columns} FROM ${table} JOIN sums ON idx = at WHERE run_id = $1 AND earlier < $${all.length + 1} ORDER BY idx`
  return { text, values: [...all, Math.max(1, maxBytes)] }
}

/** That run `$1` has not been removed. */
export const isThere = 'EXISTS (SELECT FROM runs WHERE runs.id = $1 AND NOT is_removed)'
