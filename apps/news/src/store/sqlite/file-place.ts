import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { StoreError } from 'sluice/stores'
import { full, readOnly } from './sqlite-errors.ts'

/** Makes the folder of a file, and looks whether both can be written. Does not open the file. */
export function preparePlace(store: string, given: string): void {
  const path = resolve(given)
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isDirectory()) {
      throw new StoreError('SLUICE_STORE', `${store}: is a folder; give the path of a file in it`)
    }
    if (stats !== undefined) accessSync(path, constants.W_OK)
    // Beside the file, its log is made.
    makeFolder(dirname(path))
    accessSync(dirname(path), constants.W_OK)
  } catch (reason) {
    throw reason instanceof StoreError ? reason : placeError(store, reason as NodeJS.ErrnoException)
  }
}

/** One by one: asked for all at once, Node says of a disk that is read-only that there is no such place. */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (reason) {
    // Somebody else was faster.
    if (!isFolder(folder)) throw reason
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
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
        `${store}: there is no such place (${reason.message}); choose another`,
        reason,
      )
  }
}
