import type { Sql } from '../../../database/postgres/sql.ts'
import type { ChunkItem } from '../../shared/chunk.ts'
import { storable } from '../storable-text.ts'

/** Adds items that were read of a source. */
export async function spoolItems(sql: Sql, runId: number, items: readonly ChunkItem[]): Promise<void> {
  if (items.length === 0) return
  await sql.query(
    'spool_items',
    `INSERT INTO spooled (run_id, idx, request)
     SELECT $1, * FROM unnest($2::bigint[], $3::text[]) ON CONFLICT DO NOTHING`,
    [runId, items.map(({ index }) => index), items.map(({ request }) => storable(request))],
  )
}
