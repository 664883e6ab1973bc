import { once } from 'node:events'
import { access, constants, type FileHandle, open, readlink, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pipeline, type Writable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { SettingsError } from 'sluice'
import { openError, writeError } from './output-errors.ts'
import { lockOutput, type Unlock } from './output-lock.ts'
import { openPart, placePart } from './part-file.ts'
import { drainGate, type Sink } from './stream-sink.ts'

export interface FileSinkOptions {
  /** @default false */
  readonly gzip?: boolean | undefined
  /**
   * Appends in place: each line counts as it is written. A last line that an earlier crash truncated is
   * terminated with a line feed first. Not with gzip.
   *
   * @default false
   */
  readonly append?: boolean | undefined
}

/**
 * A file that appears complete or not at all: it is written as `NAME.part`, and renamed when it is complete and flushed
 * to the disk. An older `NAME.part` is kept as `NAME.part.old`; an abort leaves the new one. Links are followed;
 * devices and pipes are written directly.
 *
 * @throws SettingsError with the path and what to do, if it cannot be opened
 */
export async function openFileSink(name: string, options: FileSinkOptions = {}): Promise<Sink> {
  const { gzip = false, append = false } = options
  if (append && gzip)
    throw new SettingsError(
      `${name}: --append needs a .jsonl or .csv file; an incomplete gzip file cannot be continued`,
    )
  try {
    const target = await placeOf(name)
    if (target.special) {
      // Appended: a stream of this process may lead to a file with existing content.
      const handle = await open(target.path, target.stream ? 'a' : 'w')
      return fileSink(name, handle, { target: target.path, gzip, flush: false, unlock: noLock })
    }
    await checkReplaceable(target.path)
    const unlock = await lockOutput(name, target.path)
    try {
      if (append) {
        const handle = await openToAppend(target.path)
        return fileSink(name, handle, { target: target.path, gzip, flush: true, unlock })
      }
      const { handle, path, setAside } = await openPart(target.path)
      return fileSink(name, handle, { target: target.path, partPath: path, setAside, gzip, flush: true, unlock })
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

/** Checks that a file can be put there: it replaces a writable file, or its folder is writable. */
export async function checkReplaceable(path: string): Promise<void> {
  await access(dirname(path), constants.W_OK)
  await access(path, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return
    if (error.code !== 'EACCES') throw error
    throw new SettingsError(`${path}: this file is read-only; choose another name, or allow writing with chmod u+w`)
  })
}

interface Placement {
  readonly target: string
  readonly partPath?: string
  readonly setAside?: string | undefined
  readonly gzip: boolean
  /** True if it can be flushed to a disk. */
  readonly flush: boolean
  readonly unlock: Unlock
}

function fileSink(path: string, handle: FileHandle, placement: Placement): Sink {
  const { target, partPath, setAside, gzip, flush, unlock } = placement
  const file = handle.createWriteStream({ flush, highWaterMark: 262_144 })
  const closed = once(file, 'close')
  closed.catch(() => {})
  const zip = gzip ? createGzip() : undefined
  // Its errors also reach the gate and `closed`, which report them.
  if (zip !== undefined) pipeline(zip, file, () => {})
  const entrance: Writable = zip ?? file
  const gate = drainGate(entrance, path)

  const finish = async (): Promise<void> => {
    gate.flush()
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
    setAside,
    write: gate.write,
    close: async () => {
      try {
        await finish()
        if (partPath !== undefined) await placePart(partPath, target)
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

/** Target of a file name. */
export interface Place {
  /** Path with links resolved. */
  readonly path: string
  /** True for a device or pipe, which cannot be replaced. */
  readonly special: boolean
  /** True for a descriptor that is open in this process, such as `/dev/fd/3`. */
  readonly stream?: boolean
}

const ownStream = /^\/(?:dev\/(?:stdout|stderr|fd\/\d+)|proc\/self\/fd\/\d+)$/

/** Resolves the target of a name, whether or not it exists. Rejects for a folder. */
export async function placeOf(name: string): Promise<Place> {
  try {
    const found = await stat(name)
    if (found.isDirectory()) throw Object.assign(new Error('directory'), { code: 'EISDIR' })
    if (ownStream.test(name)) return { path: name, special: true, stream: found.isFile() }
    // A pipe has no real path.
    return found.isFile() ? { path: await realpath(name), special: false } : { path: name, special: true }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return { path: await linkTarget(name), special: false }
    throw error
  }
}

/** Target of a dangling link, so that the file is created there; the name itself if it is not a link. */
async function linkTarget(name: string): Promise<string> {
  const target = await readlink(name).catch(() => undefined)
  // The system has already refused circular links.
  return target === undefined ? name : await linkTarget(resolve(dirname(name), target))
}
