import { copyFile, type FileHandle, open, rename, rm, stat } from 'node:fs/promises'

/** Suffix of an incomplete file. */
const provisional = '.part'

/** A file that is being written, and the older incomplete one that was kept. */
export interface PartFile {
  readonly handle: FileHandle
  readonly path: string
  /** Path of the results of an earlier run that was stopped. */
  readonly setAside: string | undefined
}

/**
 * Opens `NAME.part` for a file that is to appear complete, with the permissions and owner of `NAME`. An existing part
 * of a run that was stopped is kept as `NAME.part.old`.
 */
export async function openPart(target: string): Promise<PartFile> {
  const path = target + provisional
  const setAside = await keepOlder(path)
  const before = await stat(target).catch(() => undefined)
  const handle = await open(path, 'w', before === undefined ? 0o666 : before.mode & 0o700)
  if (before !== undefined) {
    // Owner first, because changing it clears some permissions. Only root may.
    await handle.chown(before.uid, before.gid).catch(() => {})
    await handle.chmod(before.mode & 0o7777).catch(() => {})
  }
  return { handle, path, setAside }
}

async function keepOlder(path: string): Promise<string | undefined> {
  const older = await stat(path).catch(() => undefined)
  if (older === undefined || !older.isFile() || older.size === 0) return undefined
  return await rename(path, `${path}.old`).then(
    () => `${path}.old`,
    () => undefined,
  )
}

/** Renames a complete file. If the target cannot be replaced, for example a mounted file, its content is. */
export async function placePart(path: string, target: string): Promise<void> {
  try {
    await rename(path, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EBUSY' && code !== 'EXDEV' && code !== 'EPERM') throw error
    await copyFile(path, target)
    await rm(path, { force: true })
  }
}
