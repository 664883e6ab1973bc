import type { Sql } from '../../database/postgres/sql.ts'
import type { QuotaSend } from '../commit-group.ts'
import { restored } from './storable-text.ts'

/** What still counts at a date, in order. */
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
