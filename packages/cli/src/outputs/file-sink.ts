import { once } from 'node:events'
import { type FileHandle, open, realpath, rename, stat } from 'node:fs/promises'
import { pipeline, type Writable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { SettingsError } from 'sluice'
import { openError, writeError } from './output-errors.ts'
import { lockOutput, type Unlock } from './output-lock.ts'
import { drainGate, type Sink } from './stream-sink.ts'

export interface FileSinkOptions {
  /** @default false */
  readonly gzip?: boolean | undefined
  /**
   * Adds to what is there, in place: each line counts as it is written. A last line that an earlier crash cut off is
   * ended with a line feed first. Not with gzip.
   *
   * @default false
   */
  readonly append?: boolean | undefined
}

/**
 * A file that appears whole under its name or not at all: it is written as `NAME.part`, and gets its name when it is
 * complete and on the disk. An older `NAME.part` is overwritten; an abort leaves the new one. A link is followed; devices
 * and pipes are written directly.
 *
 * @throws SettingsError with the path and what to do, if it cannot be opened.
 */
export async function openFileSink(name: string, options: FileSinkOptions = {}): Promise<Sink> {
  const { gzip = false, append = false } = options
  if (append && gzip)
    throw new SettingsError(`${name}: --append goes with .jsonl only; a cut gzip file cannot be continued`)
  try {
    const target = await placeOf(name)
    if (target.special) {
      const handle = await open(target.path, 'w')
      return fileSink(name, handle, { target: target.path, partPath: undefined, gzip, flush: false, unlock: noLock })
    }
    const unlock = await lockOutput(name, target.path)
    try {
      const partPath = append ? undefined : `${target.path}.part`
      const handle = append ? await openToAppend(target.path) : await open(`${target.path}.part`, 'w')
      return fileSink(name, handle, { target: target.path, partPath, gzip, flush: true, unlock })
    } catch (error) {
      await unlock()
      throw error
    }
  } catch (error) {
    throw openError(name, error)
  }
}

async function noLock(): Promise<void> {}

async function openToAppend(path: string): Promise<FileHandle> {
  const handle = await open(path, 'a+')
  try {
    await endCutLine(handle)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

interface Placement {
  readonly target: string
  readonly partPath: string | undefined
  readonly gzip: boolean
  /** True if it can be flushed to a disk. */
  readonly flush: boolean
  readonly unlock: Unlock
}

function fileSink(path: string, handle: FileHandle, { target, partPath, gzip, flush, unlock }: Placement): Sink {
  const file = handle.createWriteStream({ flush, highWaterMark: 65_536 })
  const closed = once(file, 'close')
  closed.catch(() => {})
  const zip = gzip ? createGzip() : undefined
  // Its errors also reach the gate and `closed`, which report them.
  if (zip !== undefined) pipeline(zip, file, () => {})
  const entrance: Writable = zip ?? file
  const gate = drainGate(entrance, path)

  const finish = async (): Promise<void> => {
    if (!entrance.writableEnded) entrance.end()
    await closed.catch((error: unknown) => {
      throw gate.failure() ?? writeError(path, error)
    })
    const failure = gate.failure()
    if (failure !== undefined) throw failure
  }
  return {
    path,
    partPath,
    write: gate.write,
    close: async () => {
      try {
        await finish()
        if (partPath !== undefined) await rename(partPath, target)
      } catch (error) {
        throw writeError(path, error)
      } finally {
        await unlock()
      }
    },
    abort: async () => {
      await finish().catch(() => {})
      await unlock()
    },
    failure: gate.failure,
  }
}

async function endCutLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat()
  if (size === 0) return
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  if (buffer[0] !== 0x0a) await handle.write('\n')
}

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
