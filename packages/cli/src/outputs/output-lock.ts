import { rm, stat } from 'node:fs/promises'
import { SettingsError } from 'sluice'
import type { SqliteConnection } from 'sluice/internal'
import { openDatabase, saysBusy } from './sqlite-driver.ts'

/** Releases the lock. */
export type Unlock = () => Promise<void>

const maxTries = 10

/**
 * Locks a file against writes of other processes until it is released or the process ends, even by a kill: an exclusive
 * transaction on `NAME.lock`, an empty SQLite file. If no such file can be created there is no lock.
 *
 * @throws SettingsError if another process has it
 */
export async function lockOutput(name: string, path: string): Promise<Unlock> {
  const lockPath = `${path}.lock`
  for (let tries = 0; tries < maxTries; tries++) {
    const database = await openDatabase(lockPath).catch(() => undefined)
    if (database === undefined) return async () => {}
    try {
      database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
    } catch (error) {
      database.close()
      if (!saysBusy(error)) {
        // Locking is not possible, for example on a full disk, and the empty file is useless.
        await rm(lockPath, { force: true }).catch(() => {})
        return async () => {}
      }
      throw new SettingsError(
        `${name}: another process is writing this file; wait until it ends, or choose another name`,
      )
    }
    if (await exists(lockPath)) return once(() => unlock(database, lockPath))
    // The last holder has removed the file meanwhile.
    database.close()
  }
  throw new SettingsError(`${name}: cannot be locked against other processes; choose another name`)
}

/** A second call would remove the lock of another process. */
function once(work: Unlock): Unlock {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}

async function unlock(database: SqliteConnection, path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => {})
  database.close()
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
