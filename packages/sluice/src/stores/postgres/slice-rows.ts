import type { Sql } from '../../database/postgres/sql.ts'
import type { RunSlice } from '../run-slice.ts'

/** Slices of runs over time. A retried commit has the same key. */
export const sliceTable = `
  CREATE TABLE run_slices (
    run_id bigint NOT NULL,
    at double precision NOT NULL,
    commit_key text NOT NULL,
    slice text NOT NULL, -- JSON
    PRIMARY KEY (run_id, at, commit_key)
  );
`

/** Stores the slices of a commit, about one per second, in a separate statement. */
export async function insertSlices(
  sql: Sql,
  runId: number,
  key: string,
  slices: readonly RunSlice[] = [],
): Promise<void> {
  if (slices.length === 0) return
  await sql.query(
    'insert_slices',
    `INSERT INTO run_slices (run_id, at, commit_key, slice)
     SELECT $1, at, $2, slice FROM unnest($3::double precision[], $4::text[]) AS one (at, slice)
     WHERE EXISTS (SELECT FROM runs WHERE id = $1 AND NOT is_removed)
     ON CONFLICT DO NOTHING`,
    [runId, key, slices.map(({ at }) => at), slices.map((slice) => JSON.stringify(slice))],
  )
}

export async function slicesOf(sql: Sql, runId: number): Promise<readonly RunSlice[]> {
  const rows = await sql.query('slices_of', 'SELECT slice FROM run_slices WHERE run_id = $1 ORDER BY at', [runId])
  return rows.map(({ slice }) => JSON.parse(slice as string) as RunSlice)
}
