import { access, constants, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { SluiceError } from 'sluice'
import { compileFileName, fileExtension, fileExtensions, type NameValues, splitEnding } from './file-name.ts'
import { jsonText } from './json-text.ts'
import { openError, writeError } from './output-errors.ts'

/** A file under a provisional name, to which a body is written in pieces. */
export interface PartFile {
  /** Bytes written so far. */
  readonly size: number
  append(chunk: Uint8Array): Promise<void>
  /** Discards what was written. */
  restart(): Promise<void>
}

/** Body file of one item. */
export interface BodyFile {
  /** Path of the file if it exists, from this run or an earlier one. */
  existing(): Promise<string | undefined>
  /**
   * Stores the body under a provisional name, `.NAME.PID.part`, and renames it when it is complete. Returns the path.
   * Anything except text, bytes and a stream is stored as JSON, and undefined as an empty file. A function writes the
   * body itself.
   */
  store(body: unknown, contentType: string | undefined): Promise<string>
  store(
    write: (part: PartFile) => Promise<void>,
    contentType: string | undefined,
    provisional?: ProvisionalFile,
  ): Promise<string>
}

/** Custom provisional file, in place of one that is removed after a failure. */
interface ProvisionalFile {
  readonly path: string
  /** Bytes that it contains already. */
  readonly size: number
  /** True if the file is kept after this failure. */
  staysAfter(error: unknown): boolean
}

/** A folder of bodies. */
export interface BodyFiles {
  /**
   * Reserves the name of an item; must be called once per item, in input order, so that every run generates the same
   * names. If another item has the name, ignoring case, the index is appended.
   */
  claim(item: NameValues): BodyFile
}

/** Matches templates with distinct names, because the index is delimited at one end: no names need to be remembered. */
const indexTells = /^\{index\}(?![\d{])|(?<=[^\d}])\{index\}(?:\.\{ext\}|\.[a-z]+)?$/

/** True if no two items can have the same name, so that no names need to be remembered. */
export function namesDiffer(template: string): boolean {
  return indexTells.test(template)
}

/**
 * Opens a folder of bodies, and creates it if necessary. No item gets the name of one of the `others`, files that are
 * written meanwhile.
 *
 * @throws SettingsError for an invalid name template, or a folder that cannot be created
 */
export async function openBodyFiles(
  folder: string,
  template: string,
  others: readonly (string | undefined)[] = [],
): Promise<BodyFiles> {
  const nameOf = compileFileName(template)
  const remembered = namesDiffer(template) ? undefined : new Set<string>()
  const anyEnding = template.endsWith('{ext}')
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw openError(folder, error)
  }
  const reserved = new Set(others.flatMap((path) => namesWithin(folder, path)))
  return {
    claim: (item) => {
      const { stem, tail } = nameOf(item)
      const endings = anyEnding ? fileExtensions.map(tail) : [tail('')]
      const isReserved = (name: string): boolean => endings.some((ending) => reserved.has(name + ending.toLowerCase()))
      const unique = claimStem(stem, item.index, { taken: remembered, isReserved })
      return {
        existing: () => firstExisting(endings.map((ending) => join(folder, unique + ending))),
        store: (body: unknown, contentType: string | undefined, provisional?: ProvisionalFile) =>
          storeBody(join(folder, unique + tail(fileExtension(contentType))), body, provisional),
      }
    },
  }
}

/** Checks that a folder of bodies can be opened, without creating it. @throws SettingsError as `openBodyFiles` */
export async function checkBodyFiles(folder: string, template: string): Promise<void> {
  compileFileName(template)
  try {
    const existing = await firstFolder(resolve(folder))
    if (!(await stat(existing)).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'EEXIST' })
    await access(existing, constants.W_OK)
  } catch (error) {
    throw openError(folder, error)
  }
}

/** The path itself, or its nearest existing parent folder. */
async function firstFolder(path: string): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  return isThere || dirname(path) === path ? path : await firstFolder(dirname(path))
}

interface Claims {
  /** Names in lower case; undefined if all names differ by themselves. */
  readonly taken: Set<string> | undefined
  readonly isReserved: (stem: string) => boolean
}

function claimStem(stem: string, index: number, claims: Claims): string {
  const { taken, isReserved } = claims
  const key = stem.toLowerCase()
  if (taken?.has(key) !== true && !isReserved(key)) {
    taken?.add(key)
    return stem
  }
  const [name, ending] = splitEnding(stem)
  return claimStem(`${name}-${index}${ending}`, index, claims)
}

/** Lower-case name of a file in the folder, and those of its temporary files; empty if it is elsewhere. */
function namesWithin(folder: string, path: string | undefined): string[] {
  if (path === undefined || relative(folder, dirname(path)) !== '') return []
  const name = basename(path).toLowerCase()
  return [name, `${name}.part`, `${name}.part.old`, `${name}.rows`, `${name}.rows.part`, `${name}.lock`]
}

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await access(path).then(
      () => true,
      () => false,
    )
    if (found) return path
  }
  return undefined
}

async function storeBody(path: string, body: unknown, provisional?: ProvisionalFile): Promise<string> {
  // No item has such a name, because none starts with a dot. Neither has another process.
  const part = provisional?.path ?? join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  const size = provisional?.size ?? 0
  try {
    const before = await stat(path).catch(() => undefined)
    const file = await open(part, size > 0 ? 'r+' : 'w', before === undefined ? 0o666 : before.mode & 0o700)
    try {
      if (before !== undefined) await file.chmod(before.mode & 0o7777).catch(() => {})
      if (typeof body === 'function') await body(await OpenPart.from(path, file, size))
      else await file.writeFile(storable(body))
    } finally {
      await file.close()
    }
    await rename(part, path)
  } catch (error) {
    if (provisional?.staysAfter(error) !== true) await rm(part, { force: true }).catch(() => {})
    throw error instanceof SluiceError ? error : writeError(path, error)
  }
  return path
}

class OpenPart implements PartFile {
  size: number
  readonly #path: string
  readonly #file: FileHandle

  /** A provisional file that already contains `size` bytes. */
  static async from(path: string, file: FileHandle, size: number): Promise<OpenPart> {
    if (size > 0) await file.truncate(size)
    return new OpenPart(path, file, size)
  }

  private constructor(path: string, file: FileHandle, size: number) {
    this.#path = path
    this.#file = file
    this.size = size
  }

  async append(chunk: Uint8Array): Promise<void> {
    try {
      for (let written = 0; written < chunk.byteLength; ) {
        const { bytesWritten } = await this.#file.write(chunk, written, chunk.byteLength - written, this.size)
        written += bytesWritten
        this.size += bytesWritten
      }
    } catch (error) {
      throw writeError(this.#path, error)
    }
  }

  async restart(): Promise<void> {
    await this.#file.truncate(0)
    this.size = 0
  }
}

function storable(body: unknown): string | Uint8Array | AsyncIterable<Uint8Array> {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    return body as AsyncIterable<Uint8Array>
  return jsonText(body) ?? ''
}
