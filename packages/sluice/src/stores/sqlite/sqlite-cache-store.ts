import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { DriverName } from '../../database/sqlite/driver.ts'
import { openSqlite, type SqliteSchema } from '../../database/sqlite/open-sqlite.ts'
import { wholeNumber } from '../../errors/checks.ts'
import type { CacheEntry, CacheStore } from '../../policies/cache/cache-store.ts'
import { secretKey } from '../../random/unique-key.ts'

/** Options of a response cache in a file. */
export interface SqliteCacheOptions {
  /**
   * Path of the file, which is created with its folder if it does not exist. Must be on a local disk, not in a network
   * folder.
   */
  readonly path: string
  /** Maximum total size in bytes. The least recently used entries are evicted first. @default 256 MiB */
  readonly maxBytes?: number | undefined
  /** Library that reads and writes the file. @default node:sqlite from Node 22.23 and 24.15 on, otherwise better-sqlite3 */
  readonly driver?: DriverName | undefined
}

/** Time to wait for another process when the file is opened, in milliseconds. */
const openingTimeout = 5_000
/** Time to wait for another process later, in milliseconds. Calls wait with it; a write takes less than 1 ms. */
const busyTimeout = 50

const cacheSchema: SqliteSchema = {
  // "SluC"
  applicationId: 0x536c7543,
  program: 'Sluice',
  steps: [
    `
    CREATE TABLE secret (value BLOB NOT NULL) STRICT;
    CREATE TABLE entries (
      key TEXT PRIMARY KEY,
      facts TEXT NOT NULL,
      body BLOB NOT NULL,
      size INTEGER NOT NULL,
      used INTEGER NOT NULL -- greater is later
    ) STRICT;
    CREATE INDEX entries_by_use ON entries (used);
    `,
  ],
  // The file is never corrupted. Losing the last entries costs less than waiting for the disk.
  pragmas: ['synchronous = NORMAL', 'journal_size_limit = 16777216', `busy_timeout = ${busyTimeout}`],
}

const defaultBytes = 256 * 1024 * 1024
/** Fraction of the limit that is left after an eviction, so that not every new entry evicts again. */
const filledTo = 0.9

/**
 * Stores the responses of a client's `cache` in a SQLite file, which several processes may share. It works in the
 * caller's thread: a write of 10 kB takes 0.04 ms, and a few milliseconds when the log is written back. A power
 * failure may lose the last writes; the file is never corrupted. `close` closes the file; later calls fail.
 *
 * @throws StoreError if the file cannot be opened; the message says why and what to do.
 */
export async function sqliteCacheStore(
  options: SqliteCacheOptions,
): Promise<CacheStore & AsyncDisposable & { close(): Promise<void> }> {
  const maxBytes = wholeNumber('maxBytes', options.maxBytes ?? defaultBytes, 1)
  const store = `cache:${options.path}`
  const opening = {
    store,
    path: options.path,
    schema: cacheSchema,
    busyTimeout: openingTimeout,
    driver: options.driver,
  }
  const { database, explained } = await openSqlite(opening)
  const secret = explained(() => secretOf(database))
  const entries = new StoredEntries(database, maxBytes)
  let isClosed = false
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    explained(() => database.close())
  }
  return {
    secret,
    get: (key) => explained(() => entries.get(key)),
    set: (key, entry) => explained(() => entries.set(key, entry)),
    delete: (key) => explained(() => entries.delete(key)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Key from which the names of the entries are derived. Created with the file. */
function secretOf(database: SqliteDatabase): Uint8Array {
  const found = database.get('SELECT value FROM secret')
  if (found !== undefined) return found.value as Uint8Array
  database.run('INSERT INTO secret (value) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM secret)', secretKey())
  return secretOf(database)
}

/** Rows of the file, ordered by their last use. */
class StoredEntries {
  readonly #database: SqliteDatabase
  readonly #maxBytes: number
  /** Keys used since the last write. The next write stores these uses, so that reads write nothing. */
  readonly #used = new Set<string>()
  /** Total size as far as this process knows: other processes may write too. */
  #size: number
  #tick: number

  constructor(database: SqliteDatabase, maxBytes: number) {
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
    // The entry would evict all others, and then itself.
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
    // The newest stays, even if it alone exceeds the limit.
    for (const { key, size } of oldest) {
      if (this.#size <= this.#maxBytes * filledTo || this.#size === size) return
      this.#database.run('DELETE FROM entries WHERE key = ?', key)
      this.#size -= size as number
    }
  }
}
