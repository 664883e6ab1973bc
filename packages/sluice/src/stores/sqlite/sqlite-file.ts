import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { SqliteDriver, SqliteRow } from '../../database/sqlite/driver.ts'
import { identityOf } from '../../database/sqlite/file-lock.ts'
import { StoreError } from '../../database/store-error.ts'
import { processIdentity } from '../process-identity.ts'
import type { RunSlice } from '../run-slice.ts'
import type { CommitGroup, Page, QuotaSend, ResultFilter, RunPage } from '../run-store.ts'
import type { RunSteering, RunWish } from '../run-wish.ts'
import type { ParkedItem, SpooledItem, StoredResult } from '../stored-item.ts'
import type { NewRun, RunTallies, StoredRun } from '../stored-run.ts'
import { parkedOf, parkItem, settledOf, spooledOf, spoolItem, unparkItem } from './item-rows.ts'
import { hideRun, sweepRows } from './removed-rows.ts'
import { requeueRows } from './requeue-rows.ts'
import { insertResult, resultsOf } from './result-rows.ts'
import { RunClaims } from './run-claims.ts'
import {
  countRuns,
  insertRun,
  runById,
  runByName,
  runsOf,
  setClaimedBy,
  shownRun,
  steerRun,
  updateRun,
  wishOf,
} from './run-rows.ts'
import { insertSlices, slicesOf } from './slice-rows.ts'
import { addTally, GroupTally, talliesOf } from './tally-rows.ts'

/** Synchronous implementation of the store: each method is one transaction. Errors are those of the driver. */
export class SqliteFile {
  readonly #store: string
  readonly #database: SqliteDatabase
  readonly #claims: RunClaims
  readonly #path: string
  readonly #identity: string | undefined

  constructor(store: string, database: SqliteDatabase, driver: SqliteDriver, path: string) {
    this.#store = store
    this.#database = database
    this.#claims = new RunClaims(driver, path)
    this.#path = path
    this.#identity = identityOf(path)
  }

  create(run: NewRun): StoredRun {
    const id = this.#database.write(() => insertRun(this.#database, run))
    if (id === undefined) {
      throw new StoreError(
        'SLUICE_RUN_EXISTS',
        `${this.#store}: a run called ${run.name} already exists; choose another name, or resume it`,
      )
    }
    return this.#shown(this.#row(id))
  }

  find(name: string): StoredRun | undefined {
    const row = runByName(this.#database, name)
    return row === undefined ? undefined : this.#shown(row)
  }

  list(page: RunPage = {}): StoredRun[] {
    return runsOf(this.#database, page).map((row) => this.#shown(row))
  }

  count(): number {
    return countRuns(this.#database)
  }

  /** Hides a run: the first step of removing it. `sweep` is the second. */
  hide(runId: number): void {
    const row = this.#row(runId)
    if (!this.#claims.take(runId)) throw this.#busy(row)
    try {
      this.#database.write(() => hideRun(this.#database, runId))
    } finally {
      this.#claims.giveBack(runId)
    }
  }

  /** Deletes some rows of removed runs; true if more are left. */
  sweep(): boolean {
    return sweepRows(this.#database)
  }

  claim(runId: number): void {
    const row = this.#row(runId)
    if (!this.#claims.take(runId)) throw this.#busy(row)
    try {
      // The run may have been removed before the lock was taken.
      if (!this.#database.write(() => setClaimedBy(this.#database, runId, processIdentity().pid)))
        throw this.#unknown(runId)
    } catch (reason) {
      this.#claims.giveBack(runId)
      throw reason
    }
  }

  release(runId: number): void {
    if (!this.#claims.ours.includes(runId)) return
    try {
      this.#database.write(() => setClaimedBy(this.#database, runId, undefined))
    } catch {
      // Only the lock matters, and it is released even if the disk is full.
    } finally {
      this.#claims.giveBack(runId)
    }
  }

  commit(runId: number, group: CommitGroup): void {
    this.#checkPlace()
    this.#database.write(() => {
      this.#row(runId)
      writeGroup(this.#database, runId, group)
    })
  }

  spooled(runId: number, page: Page = {}): SpooledItem[] {
    this.#row(runId)
    return spooledOf(this.#database, runId, page)
  }

  parked(runId: number, page: Page & { readonly dueBy?: number | undefined } = {}): ParkedItem[] {
    this.#row(runId)
    return parkedOf(this.#database, runId, page)
  }

  settled(runId: number, page: Page = {}): number[] {
    this.#row(runId)
    return settledOf(this.#database, runId, page)
  }

  results(runId: number, page: Page & ResultFilter = {}): StoredResult[] {
    this.#row(runId)
    return resultsOf(this.#database, runId, page)
  }

  tallies(runId: number): RunTallies {
    return this.#database.read(() => {
      this.#row(runId)
      return talliesOf(this.#database, runId)
    })
  }

  slices(runId: number): RunSlice[] {
    this.#row(runId)
    return slicesOf(this.#database, runId)
  }

  requeue(runId: number, filter: ResultFilter = {}): number {
    return this.#database.write(() => {
      this.#row(runId)
      return requeueRows(this.#database, runId, filter)
    })
  }

  quotaSends(date: number): QuotaSend[] {
    return sendsAt(this.#database, date)
  }

  steer(runId: number, steering: RunSteering): void {
    this.#database.write(() => {
      this.#row(runId)
      steerRun(this.#database, runId, steering)
    })
  }

  wish(runId: number): RunWish {
    return wishOf(this.#database, runId)
  }

  close(): void {
    for (const runId of this.#claims.ours) this.release(runId)
    this.#database.close()
  }

  /** @throws StoreError if the file is no longer at its path: SQLite would write on, to a file without a name */
  #checkPlace(): void {
    if (identityOf(this.#path) === this.#identity) return
    throw new StoreError(
      'SLUICE_STORE',
      `${this.#store}: the file was removed or replaced while it was in use; restore it, or start the run again`,
    )
  }

  #row(runId: number): SqliteRow {
    const row = runById(this.#database, runId)
    if (row === undefined) throw this.#unknown(runId)
    return row
  }

  #shown(row: SqliteRow): StoredRun {
    const run = shownRun(row)
    return { ...run, claimedBy: this.#claims.holder(run.id, (row.claimed_by as number | null) ?? undefined) }
  }

  #unknown(runId: number): StoreError {
    return new StoreError('SLUICE_RUN_UNKNOWN', `${this.#store}: there is no run ${runId}`)
  }

  #busy(row: SqliteRow): StoreError {
    const holder = this.#shown(row).claimedBy
    const who = holder === undefined ? 'another process' : `process ${holder}`
    return new StoreError(
      'SLUICE_RUN_BUSY',
      `${this.#store}: the run ${row.name} is in use by ${who}; wait for it or stop it`,
    )
  }
}

/** Stores sends, and deletes sends that no longer count at `date`. Sends of the same millisecond share one row. */
function insertSends(database: SqliteDatabase, sends: readonly QuotaSend[], date: number): void {
  if (sends.length === 0) return
  for (const { quota, at, weight, until } of sends) {
    database.run(
      `INSERT INTO quota_sends (quota, at, weight, until) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET weight = weight + excluded.weight, until = max(until, excluded.until)`,
      quota,
      at,
      weight,
      until,
    )
  }
  database.run('DELETE FROM quota_sends WHERE until <= ?', date)
}

function sendsAt(database: SqliteDatabase, date: number): QuotaSend[] {
  return database
    .all('SELECT quota, at, weight, until FROM quota_sends WHERE until > ? ORDER BY at', date)
    .map((row) => ({ ...row }) as unknown as QuotaSend)
}

/** Writes a group and updates the counts. Only rows that were actually inserted count. */
function writeGroup(database: SqliteDatabase, runId: number, group: CommitGroup): void {
  const { results = [], parked = [], spooled = [], sends = [], slices = [], progress, elapsed = 0, at } = group
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
  insertSlices(database, runId, slices)
  const { succeeded, failed, requests, throttled } = tally
  updateRun(database, runId, { succeeded, failed, parked: newlyParked, requests, throttled, elapsed }, progress, at)
}
