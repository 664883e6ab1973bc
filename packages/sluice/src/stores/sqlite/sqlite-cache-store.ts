import type { SqliteDatabase } from '../../database/sqlite/database.ts'
import type { DriverName } from '../../database/sqlite/driver.ts'
import { openSqlite, type SqliteSchema } from '../../database/sqlite/open-sqlite.ts'
import { wholeNumber } from '../../errors/checks.ts'
import type { CacheEntry, CacheStore } from '../../policies/cache/cache-store.ts'
import { secretKey } from '../../random/unique-key.ts'

/** Options of a cache in a file. */
export interface SqliteCacheOptions {
  /** Path of the file. It and its folder are made if they do not exist. On a local disk, not in a network folder. */
  readonly path: string
  /** Bytes that are kept in all; what was not used for longest goes first. @default 256 MiB */
  readonly maxBytes?: number | undefined
  /** Library that reads and writes the file. @default better-sqlite3, or node:sqlite where that cannot be loaded */
  readonly driver?: DriverName | undefined
}

/** Cached responses in a file, which survive a restart. */
export interface SqliteCacheStore extends CacheStore, AsyncDisposable {
  /** Closes the file. Later calls of the store fail. */
  close(): Promise<void>
}

/** Time to wait for another process when the file is opened, in milliseconds. */
const openingTimeout = 5_000
/** The same later, when calls wait with it: a write takes less than one. */
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
  // The file stays whole whatever happens; losing the last entries costs less than waiting for the disk.
  pragmas: ['synchronous = NORMAL', 'journal_size_limit = 16777216', `busy_timeout = ${busyTimeout}`],
}

const defaultBytes = 256 * 1024 * 1024
/** Share of the limit that is left after evicting, so that not each new entry evicts again. */
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

/** Key from which the names of the entries are derived; made with the file. */
function secretOf(database: SqliteDatabase): Uint8Array {
  const found = database.get('SELECT value FROM secret')
  if (found !== undefined) return found.value as Uint8Array
  database.run('INSERT INTO secret (value) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM secret)', secretKey())
  return secretOf(database)
}

/** The rows of the file, by their last use. */
class StoredEntries {
  readonly #database: SqliteDatabase
  readonly #maxBytes: number
  /** Used since the last write, with which that is written down: reading alone writes nothing. */
  readonly #used = new Set<string>()
  /** Size as far as this process knows: others may write too. */
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
    // The newest stays, even if it alone exceeds the limit.
    for (const { key, size } of oldest) {
      if (this.#size <= this.#maxBytes * filledTo || this.#size === size) return
      this.#database.run('DELETE FROM entries WHERE key = ?', key)
      this.#size -= size as number
    }
  }
}
