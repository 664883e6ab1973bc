import type { OpenedPostgres } from '../../database/postgres/open-postgres.ts'
import type { Reconnecting } from '../../database/postgres/reconnecting.ts'
import { type PooledSql, within } from '../../database/postgres/sql.ts'
import { StoreError } from '../../database/store-error.ts'
import { uniqueKey } from '../../random/unique-key.ts'
import type { RunSlice } from '../run-slice.ts'
import type { CommitGroup, Page, QuotaSend, ResultFilter, RunPage, RunStore } from '../run-store.ts'
import { noWish, type RunSteering, type RunWish } from '../run-wish.ts'
import type { ParkedItem, SpooledItem, StoredResult } from '../stored-item.ts'
import type { NewRun, RunTallies, StoredRun } from '../stored-run.ts'
import { commitGroup, groupValues } from './commit-rows.ts'
import { parkedOf, sendsAt, settledOf, spooledOf } from './item-rows.ts'
import { hideRun, RowSweep } from './removed-rows.ts'
import { requeueRows } from './requeue-rows.ts'
import { resultsOf } from './result-rows.ts'
import type { RunClaims } from './run-claims.ts'
import { countRuns, insertRun, runById, runByName, runsOf, steerRun, wishOf } from './run-rows.ts'
import { insertSlices, slicesOf } from './slice-rows.ts'
import { talliesOf } from './tally-rows.ts'

/** Timeout in milliseconds for pending calls and the release of claims when a store is closed. */
const longestGoodbye = 5_000

/** Components of the store. */
export interface PostgresParts extends Pick<OpenedPostgres, 'name' | 'sql' | 'reconnecting' | 'explain'> {
  readonly claims: RunClaims
  /** @throws StoreError if a newer version has changed the schema since it was opened */
  readonly check: () => Promise<void>
}

/** Stores runs in a PostgreSQL database; one process works on each. */
export class PostgresRuns implements RunStore {
  readonly name: string
  /** A commit costs a round trip, and loads a server that many share. */
  readonly commitInterval = 25
  protected readonly sql: PooledSql
  protected readonly claims: RunClaims
  readonly #reconnecting: Reconnecting
  readonly #explain: (reason: unknown) => unknown
  readonly #calls = new Set<Promise<unknown>>()
  /** Keys of groups: the same for every retry of a group. */
  readonly #keys = new WeakMap<CommitGroup, string>()
  #closing: Promise<void> | undefined

  constructor({ name, sql, claims, reconnecting, explain }: PostgresParts) {
    this.name = name
    this.sql = sql
    this.claims = claims
    this.#reconnecting = reconnecting
    this.#explain = explain
    // Completes removals that a killed process left unfinished. If this fails, the next process that opens the store
    // tries again.
    this.#sweep().catch(() => undefined)
  }

  create(run: NewRun, isShared = false): Promise<StoredRun> {
    return this.call(async () => {
      const id = await insertRun(this.sql, run, isShared, uniqueKey())
      if (id === undefined) {
        throw new StoreError(
          'SLUICE_RUN_EXISTS',
          `${this.name}: a run called ${run.name} already exists; choose another name, or resume it`,
        )
      }
      return this.#run(id)
    })
  }

  find(name: string): Promise<StoredRun | undefined> {
    return this.call(() => runByName(this.sql, name))
  }

  list(page: RunPage = {}): Promise<readonly StoredRun[]> {
    return this.call(() => runsOf(this.sql, page))
  }

  count(): Promise<number> {
    return this.call(() => countRuns(this.sql))
  }

  async remove(runId: number): Promise<void> {
    await this.call(async () => {
      await this.#claim(runId)
      try {
        await hideRun(this.sql, runId)
      } finally {
        await this.claims.giveBack(runId)
      }
    })
    await this.#sweep()
  }

  claim(runId: number): Promise<void> {
    return this.call(() => this.#claim(runId))
  }

  release(runId: number): Promise<void> {
    return this.call(() => this.claims.giveBack(runId))
  }

  commit(runId: number, group: CommitGroup): Promise<void> {
    return this.call(async () => {
      const key = this.keyOf(group)
      const values = groupValues(key, group)
      const claim = this.claims.of(runId)
      const outcome =
        claim?.isLost === true ? 'busy' : await commitGroup(this.sql, runId, 0, claim?.epoch, values, group)
      if (outcome === 'unknown') throw this.#unknown(runId)
      if (outcome === 'busy') throw await this.busy(runId)
      await insertSlices(this.sql, runId, key, group.slices)
    })
  }

  spooled(runId: number, page: Page = {}): Promise<readonly SpooledItem[]> {
    return this.#page(runId, () => spooledOf(this.sql, runId, page))
  }

  parked(runId: number, page: Page & { readonly dueBy?: number | undefined } = {}): Promise<readonly ParkedItem[]> {
    return this.#page(runId, () => parkedOf(this.sql, runId, page))
  }

  settled(runId: number, page: Page = {}): Promise<readonly number[]> {
    return this.#page(runId, () => settledOf(this.sql, runId, page))
  }

  results(runId: number, page: Page & ResultFilter = {}): Promise<readonly StoredResult[]> {
    return this.#page(runId, () => resultsOf(this.sql, runId, page))
  }

  tallies(runId: number): Promise<RunTallies> {
    return this.call(async () => {
      const tallies = await talliesOf(this.sql, runId)
      if (tallies === undefined) throw this.#unknown(runId)
      return tallies
    })
  }

  slices(runId: number): Promise<readonly RunSlice[]> {
    return this.#page(runId, () => slicesOf(this.sql, runId))
  }

  requeue(runId: number, filter: ResultFilter = {}): Promise<number> {
    return this.call(async () => {
      const claim = this.claims.of(runId)
      const count = await requeueRows(this.sql, runId, claim?.epoch, filter)
      if (count === 'unknown') throw this.#unknown(runId)
      if (count === 'busy') throw await this.busy(runId)
      return count
    })
  }

  quotaSends(date: number): Promise<readonly QuotaSend[]> {
    return this.call(() => sendsAt(this.sql, date))
  }

  steer(runId: number, steering: RunSteering): Promise<void> {
    return this.call(async () => {
      await this.#run(runId)
      await steerRun(this.sql, runId, steering)
    })
  }

  wish(runId: number): Promise<RunWish> {
    return this.call(async () => (await wishOf(this.sql, runId)) ?? noWish)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#reconnecting.end()
    await within(
      longestGoodbye,
      Promise.allSettled(this.#calls).then(() => this.claims.close()),
    )
    await this.sql.close()
  }

  async #claim(runId: number): Promise<void> {
    const outcome = await this.claims.take(runId)
    if (outcome === 'unknown') throw this.#unknown(runId)
    if (outcome === 'busy') throw await this.busy(runId)
  }

  async #sweep(): Promise<void> {
    const sweep = new RowSweep(this.sql)
    while (this.#closing === undefined && (await this.call(() => sweep.step())));
  }

  async #run(runId: number): Promise<StoredRun> {
    const run = await runById(this.sql, runId)
    if (run === undefined) throw this.#unknown(runId)
    return run
  }

  /** Reads a page. An empty page of a run that does not exist is an error. */
  #page<T>(runId: number, read: () => Promise<readonly T[]>): Promise<readonly T[]> {
    return this.call(async () => {
      const page = await read()
      if (page.length === 0) await this.#run(runId)
      return page
    })
  }

  /** Key of a group, by which the store recognizes it when it is committed again. */
  protected keyOf(group: CommitGroup): string {
    const key = this.#keys.get(group) ?? uniqueKey()
    this.#keys.set(group, key)
    return key
  }

  /** Runs a call, and converts errors of the database to errors that say what to do. */
  protected call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new StoreError('SLUICE_STORE', `${this.name}: is closed; open it again`))
    }
    const call = work().catch((reason) => {
      throw this.#explain(reason)
    })
    this.#calls.add(call)
    const forget = () => this.#calls.delete(call)
    call.then(forget, forget)
    return call
  }

  #unknown(runId: number): StoreError {
    return new StoreError('SLUICE_RUN_UNKNOWN', `${this.name}: there is no run ${runId}`)
  }

  protected async busy(runId: number): Promise<StoreError> {
    const { name, claimedBy } = await this.#run(runId)
    const who = claimedBy === undefined ? 'another process' : `process ${claimedBy}`
    return new StoreError(
      'SLUICE_RUN_BUSY',
      `${this.name}: the run ${name} is in use by ${who}; wait for it or stop it`,
    )
  }
}
