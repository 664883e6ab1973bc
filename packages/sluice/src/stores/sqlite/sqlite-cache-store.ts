import { wholeNumber } from '../../errors/checks.ts'
import type { CacheEntry, CacheStore } from '../../policies/cache/cache-store.ts'
import type { Database } from './database.ts'
import type { DriverName } from './driver.ts'
import { preparePlace } from './file-place.ts'
import { loadDriver } from './load-driver.ts'
import { openCacheFile, secretOf } from './open-cache-file.ts'
import { asStoreError } from './sqlite-errors.ts'

/** Which file, and how much of it. */
export interface SqliteCacheOptions {
  /** The file. It is made if it is not there, and its folder too. On a local disk, not in a network folder. */
  readonly path: string
  /** Bytes that are kept in all; what was not used for longest goes first. @default 256 MiB */
  readonly maxBytes?: number | undefined
  /** Which library reads and writes the file. @default better-sqlite3, or node:sqlite where that cannot be loaded */
  readonly driver?: DriverName | undefined
}

/** Answers in a file: those who poll go on after a restart where they were. */
export interface SqliteCacheStore extends CacheStore, AsyncDisposable {
  /** Gives the file back. What the store is asked afterwards fails. */
  close(): Promise<void>
}

const defaultBytes = 256 * 1024 * 1024
/** After making room there is some, so that not each new entry has to make it again. */
const filledTo = 0.9

/**
 * Keeps the answers of a client's `cache` in a SQLite file, which several processes may share. It works in the thread of the
 * caller: a write of 10 kB takes 0.04 ms, and some milliseconds when the log is written back. What was written last may be
 * lost when the power is; the file stays whole.
 *
 * @throws StoreError if the file cannot be opened; the message says why and what to do.
 */
export async function sqliteCacheStore(options: SqliteCacheOptions): Promise<SqliteCacheStore> {
  const maxBytes = wholeNumber('maxBytes', options.maxBytes ?? defaultBytes, 1)
  const store = `cache:${options.path}`
  const path = preparePlace(store, options.path)
  const driver = await loadDriver(store, options.driver)
  const translated = <T>(work: () => T): T => {
    try {
      return work()
    } catch (reason) {
      throw asStoreError(reason, driver, store)
    }
  }
  const database = translated(() => openCacheFile(driver, store, path))
  const entries = new StoredEntries(database, maxBytes)
  let isClosed = false
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    translated(() => database.close())
  }
  return {
    secret: secretOf(database),
    get: (key) => translated(() => entries.get(key)),
    set: (key, entry) => translated(() => entries.set(key, entry)),
    delete: (key) => translated(() => entries.delete(key)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The rows of the file, by their last use. */
class StoredEntries {
  readonly #database: Database
  readonly #maxBytes: number
  /** Used since the last write, with which that is written down: reading alone writes nothing. */
  readonly #used = new Set<string>()
  /** As far as this process knows: others may write too. */
  #size: number
  #tick: number

  constructor(database: Database, maxBytes: number) {
    this.#database = database
    this.#maxBytes = maxBytes
    this.#size = database.number('SELECT total(size) FROM entries')
    this.#tick = database.number('SELECT max(used) FROM entries')
  }

  get(key: string): CacheEntry | undefined {
    const row = this.#database.get('SELECT facts, body FROM entries WHERE key = ?', key)
    if (row === undefined) return undefined
    this.#used.delete(key)
    this.#used.add(key)
    return { facts: row.facts as string, body: row.body as Uint8Array }
  }

  set(key: string, { facts, body }: CacheEntry): void {
    const size = key.length + facts.length + body.byteLength
    // It would push out everything else, and then itself.
    if (size > this.#maxBytes) {
      this.delete(key)
      return
    }
    this.#database.write(() => {
      this.#noteUses()
      this.#remove(key)
      const add = 'INSERT INTO entries (key, facts, body, size, used) VALUES (?, ?, ?, ?, ?)'
      this.#database.run(add, key, facts, body, size, ++this.#tick)
      this.#size += size
      if (this.#size > this.#maxBytes) this.#makeRoom()
    })
  }

  delete(key: string): void {
    this.#database.write(() => this.#remove(key))
  }

  #remove(key: string): void {
    this.#size -= this.#database.number('SELECT size FROM entries WHERE key = ?', key)
    this.#database.run('DELETE FROM entries WHERE key = ?', key)
  }

  #noteUses(): void {
    for (const key of this.#used) this.#database.run('UPDATE entries SET used = ? WHERE key = ?', ++this.#tick, key)
    this.#used.clear()
  }

  #makeRoom(): void {
    this.#size = this.#database.number('SELECT total(size) FROM entries')
    if (this.#size <= this.#maxBytes) return
    const oldest = this.#database.all('SELECT key, size FROM entries ORDER BY used LIMIT 1000')
    // The newest stays, however little room is left for it.
    for (const { key, size } of oldest) {
      if (this.#size <= this.#maxBytes * filledTo || this.#size === size) return
      this.#database.run('DELETE FROM entries WHERE key = ?', key)
      this.#size -= size as number
    }
  }
}
