import type { Sql } from '../../../database/postgres/sql.ts'
import type { HeldChunk } from '../../shared/chunk.ts'
import type { GroupValues } from '../commit-rows.ts'

/** Keeps a group of items of chunks that a worker holds, and answers those of them that it does not hold any more. */
export async function commitHeld(
  sql: Sql,
  runId: number,
  worker: number,
  held: readonly HeldChunk[],
  values: GroupValues,
): Promise<readonly HeldChunk[]> {
  const rows = await sql.query(
    'commit_held',
    'SELECT commit_held($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS lost',
    [runId, worker, held.map(({ number }) => number), held.map(({ epoch }) => epoch), ...values],
  )
  const lost = new Set(rows[0]!.lost as readonly number[])
  return held.filter(({ number }) => lost.has(number))
}
