import { realpath, stat } from 'node:fs/promises'

/** Where a name leads. */
export interface Place {
  /** Links are followed. */
  readonly path: string
  /** A device or a pipe: not something that can be replaced as a whole. */
  readonly special: boolean
}

/** Where this name leads, whether or not there is something. Rejects for a folder. */
export async function placeOf(name: string): Promise<Place> {
  try {
    const found = await stat(name)
    if (found.isDirectory()) throw Object.assign(new Error('directory'), { code: 'EISDIR' })
    // A pipe such as /dev/stdout has no real path.
    return found.isFile() ? { path: await realpath(name), special: false } : { path: name, special: true }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return { path: name, special: false }
    throw error
  }
}
