import { StoreError } from 'sluice/stores'
import { sqliteCodeOf } from './node-sqlite.ts'

const busy = 5
const locked = 6
const readOnlyFile = 8
const ioError = 10
const corrupt = 11
const diskFull = 13
const cannotOpen = 14
const notADatabase = 26
const sharedMemorySize = ioError | (19 << 8)

/** What went wrong in SQLite as the error that everybody sees; anything else as it is. */
export function asStoreError(reason: unknown, store: string): unknown {
  const code = sqliteCodeOf(reason)
  if (code === undefined) return reason
  const said = (reason as Error).message
  // Beside the file, no room for what is shared between processes.
  if (code === sharedMemorySize) return full(store, reason)
  switch (code & 0xff) {
    case diskFull:
      return full(store, reason)
    case readOnlyFile:
      return readOnly(store, reason)
    case corrupt:
    case notADatabase:
      return new StoreError(
        'SLUICE_STORE_DAMAGED',
        `${store}: is no database, or a damaged one (${said}); restore a copy, or begin with a new file`,
        reason,
      )
    case busy:
    case locked:
      return new StoreError(
        'SLUICE_STORE',
        `${store}: another process has kept it locked for too long; try again, or find out who has it open`,
        reason,
      )
    case ioError:
    case cannotOpen:
      return new StoreError(
        'SLUICE_STORE',
        `${store}: cannot be read or written (${said}); check the disk and the permissions`,
        reason,
      )
    default:
      return new StoreError('SLUICE_STORE', `${store}: ${said}; this is a bug, please report it`, reason)
  }
}

/** The error of a disk without room. */
export function full(store: string, cause: unknown): StoreError {
  return new StoreError('SLUICE_STORE_FULL', `${store}: the disk is full; make room and try again`, cause)
}

/** The error of a place where nothing may be written. */
export function readOnly(store: string, cause: unknown): StoreError {
  return new StoreError(
    'SLUICE_STORE_READ_ONLY',
    `${store}: the file or its folder may not be written; change its permissions, or choose another place`,
    cause,
  )
}
