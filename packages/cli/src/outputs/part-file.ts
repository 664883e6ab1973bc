import { copyFile, type FileHandle, open, rename, rm, stat } from 'node:fs/promises'

/** Ending of the name under which a file is written until it is whole. */
const provisional = '.part'

/** A file that is being written, and the older one of that name that was not thrown away. */
export interface PartFile {
  readonly handle: FileHandle
  readonly path: string
  /** Where the results of a run that was stopped now are. */
  readonly setAside: string | undefined
}

/**
 * Opens `NAME.part` for a file that is to appear as a whole, with the rights and the owner that `NAME` has. What a run that was
 * stopped has left there is kept as `NAME.part.old`.
 */
export async function openPart(target: string): Promise<PartFile> {
  const path = target + provisional
  const setAside = await keepOlder(path)
  const before = await stat(target).catch(() => undefined)
  const handle = await open(path, 'w', before === undefined ? 0o666 : before.mode & 0o700)
  if (before !== undefined) {
    // The owner first: changing it takes away some rights. Only root may.
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

/** Gives a whole file its name. Where nothing can be put in its place, as over a mounted file, its content is replaced. */
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
