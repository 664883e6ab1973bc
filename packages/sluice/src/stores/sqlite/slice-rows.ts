import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { RunSlice } from '../run-slice.ts'

export function insertSlices(database: SqliteDatabase, runId: number, slices: readonly RunSlice[]): void {
  for (const slice of slices) {
    database.run('INSERT INTO run_slices (run_id, at, slice) VALUES (?, ?, ?)', runId, slice.at, JSON.stringify(slice))
  }
}

export function slicesOf(database: SqliteDatabase, runId: number): RunSlice[] {
  return database
    .all('SELECT slice FROM run_slices WHERE run_id = ? ORDER BY at', runId)
    .map((row) => JSON.parse(row.slice as string) as RunSlice)
}
