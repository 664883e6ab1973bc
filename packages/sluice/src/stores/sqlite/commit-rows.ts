import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { CommitGroup } from '../commit-group.ts'
import { GroupTally } from './group-tally.ts'
import { parkItem, spoolItem, unparkItem } from './item-rows.ts'
import { insertSends } from './quota-rows.ts'
import { insertResult } from './result-rows.ts'
import { updateRun } from './run-rows.ts'
import { addTally } from './tally-rows.ts'

/** Writes a group and everything that is counted by it. Only what was really inserted counts. */
export function writeGroup(database: SqliteDatabase, runId: number, group: CommitGroup): void {
  const { results = [], parked = [], spooled = [], sends = [], progress, elapsed = 0, at } = group
  const tally = new GroupTally()
  const hasParked = database.number('SELECT EXISTS (SELECT 1 FROM parked WHERE run_id = ?)', runId) === 1
  let newlyParked = 0
  for (const result of results) {
    if (!insertResult(database, runId, result)) continue
    tally.add(result)
    if (hasParked && unparkItem(database, runId, result.index)) newlyParked--
  }
  for (const item of parked) if (parkItem(database, runId, item)) newlyParked++
  for (const item of spooled) spoolItem(database, runId, item)
  insertSends(database, sends, at)
  addTally(database, runId, tally)
  const { succeeded, failed, requests, throttled } = tally
  updateRun(database, runId, { succeeded, failed, parked: newlyParked, requests, throttled, elapsed }, progress, at)
}
