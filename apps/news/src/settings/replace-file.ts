import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Cancellation, systemClock, waitFor } from 'sluice/internal'

/** Milliseconds between two attempts to get the lock. */
const pause = 20
/** Age in milliseconds after which a lock is left over from a process that was killed: changes take far less. */
const longestChange = 10_000

/**
 * Replaces a file atomically by the text that `write` returns; undefined leaves it unchanged. The new file is the lock:
 * while it exists, other processes wait. A link stays a link, and the permissions stay; a new file is readable by its
 * owner only.
 *
 * @throws errors of the file system and of `write`; the file is then unchanged.
 */
export async function replaceFile(path: string, write: () => Promise<string | undefined>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const target = await realpath(path).catch(() => path)
  const part = `${target}.part`
  const file = await openAlone(part)
  let isPlaced = false
  try {
    let text: string | undefined
    try {
      text = await write()
      if (text === undefined) return
      const { mode } = await stat(target).catch(() => ({ mode: 0o600 }))
      await file.chmod(mode & 0o777)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, target)
    isPlaced = true
  } finally {
    if (!isPlaced) await rm(part, { force: true })
  }
}

/** Creates a file that does not exist, and waits until other processes have removed theirs. */
async function openAlone(part: string): Promise<Awaited<ReturnType<typeof open>>> {
  const never = new Cancellation()
  for (;;) {
    try {
      return await open(part, 'wx', 0o600)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const { mtimeMs } = await stat(part).catch(() => ({ mtimeMs: systemClock.wallTime() }))
    if (systemClock.wallTime() - mtimeMs > longestChange) await rm(part, { force: true })
    await waitFor(systemClock, pause, never)
  }
}
