import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DriverName } from '../../database/sqlite/driver.ts'
import { StoreError } from '../../database/store-error.ts'
import { checkNames, type OptionNames } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import { type Duration, parseDuration } from '../../time/duration.ts'
import type { RunSlice } from '../run-slice.ts'
import type { CommitGroup, Page, QuotaSend, ResultFilter, RunPage, RunStore } from '../run-store.ts'
import type { RunSteering, RunWish } from '../run-wish.ts'
import type { ParkedItem, SpooledItem, StoredResult } from '../stored-item.ts'
import type { NewRun, RunTallies, StoredRun } from '../stored-run.ts'
import { openFile, type StoreCalls, type Verb } from './open-file.ts'
import type { SqliteFile } from './sqlite-file.ts'
import { ThreadCalls } from './thread-calls.ts'

/** Options of a store in a file. */
export interface SqliteStoreOptions {
  /**
   * Path of the file, which is created with its folder if it does not exist. Must be on a local disk, not in a network
   * folder.
   */
  readonly path: string
  /** Works in the caller's thread, which then waits for the disk. For tests and small tools. @default false */
  readonly inline?: boolean | undefined
  /** Library that reads and writes the file. @default node:sqlite from Node 22.23 and 24.15 on, otherwise better-sqlite3 */
  readonly driver?: DriverName | undefined
  /** Time to wait while another process writes. @default '5s' */
  readonly busyTimeout?: Duration | undefined
}

const names: OptionNames<SqliteStoreOptions> = { path: true, inline: true, driver: true, busyTimeout: true }

/**
 * Opens a store of runs in a SQLite file. Commits are written to the disk. Any number of processes may use the file,
 * each for its own runs.
 *
 * @throws SettingsError for an invalid option; StoreError if the file cannot be opened: the message says why and what to
 * do.
 */
export async function sqliteStore(options: SqliteStoreOptions): Promise<RunStore> {
  checkNames('', options, names)
  const { path, inline = false, driver, busyTimeout = '5s' } = options
  if (typeof path !== 'string' || path === '') throw unexpected('path', 'the path of a file', path)
  const name = `sqlite:${path}`
  const opening = { store: name, path, driver, busyTimeout: Math.ceil(parseDuration('busyTimeout', busyTimeout)) }
  return new SqliteStore(name, inline ? await inlineCalls(opening) : await ThreadCalls.open(opening))
}

async function inlineCalls(options: Parameters<typeof openFile>[0]): Promise<StoreCalls> {
  const file = await openFile(options)
  return {
    call: async <V extends Verb>(verb: V, ...args: Parameters<SqliteFile[V]>) => file.perform(verb, args),
    close: async () => file.close(),
  }
}

class SqliteStore implements RunStore {
  readonly name: string
  readonly #calls: StoreCalls
  #closing: Promise<void> | undefined

  constructor(name: string, calls: StoreCalls) {
    this.name = name
    this.#calls = calls
    // Completes removals that a killed process left unfinished. If this fails, the next process that opens the file
    // tries again.
    this.#sweep().catch(() => undefined)
  }

  create(run: NewRun): Promise<StoredRun> {
    return this.#call('create', run)
  }

  find(name: string): Promise<StoredRun | undefined> {
    return this.#call('find', name)
  }

  list(page?: RunPage): Promise<readonly StoredRun[]> {
    return this.#call('list', page)
  }

  count(): Promise<number> {
    return this.#call('count')
  }

  async remove(runId: number): Promise<void> {
    await this.#call('hide', runId)
    await this.#sweep()
  }

  claim(runId: number): Promise<void> {
    return this.#call('claim', runId)
  }

  release(runId: number): Promise<void> {
    return this.#call('release', runId)
  }

  commit(runId: number, group: CommitGroup): Promise<void> {
    return this.#call('commit', runId, group)
  }

  spooled(runId: number, page?: Page): Promise<readonly SpooledItem[]> {
    return this.#call('spooled', runId, page)
  }

  parked(runId: number, page?: Page & { readonly dueBy?: number | undefined }): Promise<readonly ParkedItem[]> {
    return this.#call('parked', runId, page)
  }

  settled(runId: number, page?: Page): Promise<readonly number[]> {
    return this.#call('settled', runId, page)
  }

  results(runId: number, page?: Page & ResultFilter): Promise<readonly StoredResult[]> {
    return this.#call('results', runId, page)
  }

  tallies(runId: number): Promise<RunTallies> {
    return this.#call('tallies', runId)
  }

  slices(runId: number): Promise<readonly RunSlice[]> {
    return this.#call('slices', runId)
  }

  requeue(runId: number, filter?: ResultFilter): Promise<number> {
    return this.#call('requeue', runId, filter)
  }

  quotaSends(date: number): Promise<readonly QuotaSend[]> {
    return this.#call('quotaSends', date)
  }

  steer(runId: number, steering: RunSteering): Promise<void> {
    return this.#call('steer', runId, steering)
  }

  wish(runId: number): Promise<RunWish> {
    return this.#call('wish', runId)
  }

  close(): Promise<void> {
    this.#closing ??= this.#calls.close()
    return this.#closing
  }

  async #sweep(): Promise<void> {
    while (this.#closing === undefined && (await this.#call('sweep'))) await nextTurn()
  }

  async #call<V extends Verb>(verb: V, ...args: Parameters<SqliteFile[V]>): Promise<ReturnType<SqliteFile[V]>> {
    if (this.#closing !== undefined) throw new StoreError('SLUICE_STORE', `${this.name}: is closed; open it again`)
    return await this.#calls.call(verb, ...args)
  }
}
