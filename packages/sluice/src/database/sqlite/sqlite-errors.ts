import { DamagedContent, StoreError } from '../store-error.ts'
import type { SqliteDriver } from './driver.ts'

/**
 * Converts an error of SQLite to a StoreError; other errors are returned unchanged. Full disks, locks, and errors of
 * reading and writing may pass.
 */
export function asStoreError(reason: unknown, driver: SqliteDriver, store: string): unknown {
  if (reason instanceof DamagedContent) return damaged(store, reason)
  const code = driver.codeOf(reason)
  if (code === undefined) return reason
  switch (family(code)) {
    case 'SQLITE_FULL':
      return full(store, reason)
    case 'SQLITE_READONLY':
      return readOnly(store, reason)
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return damaged(store, reason)
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new StoreError(
        'SLUICE_STORE',
        `${store}: another process held a lock on it for too long; try again, or find the process that has it open`,
        reason,
        true,
      )
    case 'SQLITE_IOERR':
    case 'SQLITE_CANTOPEN':
      if (code === 'SQLITE_IOERR_SHMSIZE') return full(store, reason)
      return new StoreError(
        'SLUICE_STORE',
        `${store}: cannot be read or written (${(reason as Error).message}); check the disk and the permissions`,
        reason,
        true,
      )
    case 'SQLITE_TOOBIG':
    case 'SQLITE_MISMATCH':
    case 'SQLITE_CONSTRAINT':
      return new StoreError(
        'SLUICE_STORE_REFUSED',
        `${store}: cannot store a value (${(reason as Error).message})`,
        reason,
      )
    default:
      return new StoreError('SLUICE_STORE', `${store}: ${(reason as Error).message}`, reason)
  }
}

export function full(store: string, cause: unknown): StoreError {
  return new StoreError(
    'SLUICE_STORE_FULL',
    `${store}: the disk is full; free disk space and resume: committed data is safe`,
    cause,
    true,
  )
}

export function readOnly(store: string, cause?: unknown): StoreError {
  return new StoreError(
    'SLUICE_STORE_READ_ONLY',
    `${store}: the file or its folder is read-only; change its permissions, or choose another path`,
    cause,
    true,
  )
}

function damaged(store: string, cause: unknown): StoreError {
  return new StoreError(
    'SLUICE_STORE_DAMAGED',
    `${store}: is not a database, or is damaged (${(cause as Error).message}); restore a backup, save what can be read with \`sqlite3 FILE .recover\`, or start with a new file`,
    cause,
  )
}

/** Primary code: `SQLITE_IOERR` for `SQLITE_IOERR_WRITE`. */
function family(code: string): string {
  return code.split('_', 2).join('_')
}
