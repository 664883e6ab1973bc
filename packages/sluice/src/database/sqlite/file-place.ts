import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { StoreError } from '../store-error.ts'
import { full, readOnly } from './sqlite-errors.ts'

/**
 * Creates the folder of a file, checks that both are writable, and returns the real path. Does not open the file.
 */
export function preparePlace(store: string, given: string): string {
  const path = resolve(given)
  const folder = dirname(path)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isDirectory()) {
    throw new StoreError('SLUICE_STORE', `${store}: is a folder; give the path of a file in it`)
  }
  try {
    if (stats !== undefined) accessSync(path, constants.W_OK)
    // The write-ahead log and the locks are created beside the file.
    accessSync(nearestThatExists(folder), constants.W_OK)
    makeFolder(folder)
    // The real path, so that all processes lock the same file.
    return stats === undefined ? join(realpathSync(folder), basename(path)) : realpathSync(path)
  } catch (reason) {
    throw placeError(store, reason as NodeJS.ErrnoException)
  }
}

/**
 * One folder at a time: Node's recursive mkdir never ends if a system refuses a folder by reporting a missing parent.
 */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (reason) {
    // Another process may have created it meanwhile.
    if (!isFolder(folder)) throw reason
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function nearestThatExists(folder: string): string {
  const parent = dirname(folder)
  return existsSync(folder) || parent === folder ? folder : nearestThatExists(parent)
}

function placeError(store: string, reason: NodeJS.ErrnoException): StoreError {
  switch (reason.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return readOnly(store, reason)
    case 'ENOSPC':
      return full(store, reason)
    default:
      return new StoreError(
        'SLUICE_STORE',
        `${store}: there is no such path (${reason.message}); choose another`,
        reason,
      )
  }
}
