import { existsSync, rmSync, statSync } from 'node:fs'
import type { SqliteConnection, SqliteDriver } from './driver.ts'

/** Each retry means that another process released the lock in between; this many in a row do not happen. */
const maxTries = 100

/**
 * A lock that ends with its process, even after a kill: an exclusive transaction on an empty SQLite file of its own.
 * Nothing is ever written to that file; the holder removes it on release.
 *
 * This process must not open SQLite files by other means: closing one would drop all locks on it (POSIX advisory
 * locks).
 */
export class FileLock {
  readonly #path: string
  readonly #connection: SqliteConnection

  private constructor(path: string, connection: SqliteConnection) {
    this.#path = path
    this.#connection = connection
  }

  /** Undefined if another process holds it for longer than `busyTimeout` milliseconds. */
  static take(driver: SqliteDriver, path: string, busyTimeout: number): FileLock | undefined {
    for (let tries = 0; tries < maxTries; tries++) {
      const before = identityOf(path)
      // Otherwise this may be a file that the last holder removed, while others lock the next file of that name.
      const isStill = (): boolean => before !== undefined && identityOf(path) === before
      const connection = driver.open(path, { busyTimeout })
      try {
        connection.exec('BEGIN EXCLUSIVE')
        if (isStill()) return new FileLock(path, connection)
        connection.close()
      } catch (reason) {
        connection.close()
        if (isBusy(driver, reason)) return undefined
        if (isStill()) throw reason
      }
    }
    return undefined
  }

  release(): void {
    const isRemoved = remove(this.#path)
    this.#connection.close()
    // Windows cannot remove an open file; it stays if another process has opened it.
    if (!isRemoved) remove(this.#path)
  }
}

/** True if a process holds the lock. */
export function isLocked(driver: SqliteDriver, path: string): boolean {
  if (!existsSync(path)) return false
  let connection: SqliteConnection | undefined
  try {
    connection = driver.open(path, { busyTimeout: 0, isReadOnly: true })
    connection.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (reason) {
    // Otherwise it was removed just now.
    return isBusy(driver, reason)
  } finally {
    connection?.close()
  }
}

function isBusy(driver: SqliteDriver, reason: unknown): boolean {
  return driver.codeOf(reason)?.startsWith('SQLITE_BUSY') === true
}

/** Distinguishes two files of the same name. Undefined if there is none. */
export function identityOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : `${stats.dev} ${stats.ino} ${stats.birthtimeNs}`
}

function remove(path: string): boolean {
  try {
    rmSync(path, { force: true })
    return true
  } catch {
    return false
  }
}
