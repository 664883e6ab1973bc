import type { Sql } from '../../database/postgres/sql.ts'
import type { Page } from '../run-store.ts'
import type { ParkedItem, SpooledItem } from '../stored-item.ts'
import { isThere, limited } from './page-rows.ts'
import { restored } from './storable-text.ts'

/** A part of the parked items, by index. */
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

/** A part of the spooled items, by index. */
export async function spooledOf(sql: Sql, runId: number, page: Page): Promise<SpooledItem[]> {
  const { text, values } = limited('spooled', 'idx, request', 'octet_length(request)', 'run_id = $1', [runId], page)
  const rows = await sql.query(undefined, text, values)
  return rows.map(({ idx, request }) => ({ index: idx as number, request: restored(request as string) }))
}

/** Indexes of items that have a result or are parked, in order. Both lists come from an index, and are merged. */
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
