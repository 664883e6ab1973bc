import { access, mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileExtension, fileExtensions } from './file-extension.ts'
import { compileFileName, type NameValues, splitEnding } from './file-name.ts'
import { openError, writeError } from './output-errors.ts'

/** A body as it can be stored. Anything but text, bytes and a stream is stored as JSON. */
type StorableBody = string | Uint8Array | AsyncIterable<Uint8Array> | object | number | boolean | null

/** The file that belongs to one item. */
export interface BodyFile {
  /** The path of the file if it is there already, from this run or an earlier one. */
  existing(): Promise<string | undefined>
  /** Stores the body: as `NAME.part` first, under its name when it is whole. Returns the path. */
  store(body: StorableBody, contentType: string | undefined): Promise<string>
}

/** A folder of bodies. */
export interface BodyFiles {
  /**
   * Settles the name of an item; to be called once for each, in the order of the input, so that every run gives the same
   * names. If another item has the name already, in whatever case, this one gets its index at the end.
   */
  claim(item: NameValues): BodyFile
}

/** A template whose names all differ, because the index stands apart at one end: none has to be remembered. */
const indexTells = /^\{index\}(?![\d{])|(?<=[^\d}])\{index\}(?:\.\{ext\}|\.[a-z]+)?$/

/**
 * Makes the folder if need be.
 *
 * @throws SettingsError for a name template that cannot work, or a folder that cannot be made.
 */
export async function openBodyFiles(folder: string, template: string): Promise<BodyFiles> {
  const nameOf = compileFileName(template)
  const remembered = indexTells.test(template) ? undefined : new Set<string>()
  const anyEnding = template.endsWith('{ext}')
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw openError(folder, error)
  }
  return {
    claim: (item) => {
      const { stem, tail } = nameOf(item)
      const unique = claimStem(stem, item.index, remembered)
      const endings = anyEnding ? fileExtensions.map(tail) : [tail('')]
      return {
        existing: () => firstExisting(endings.map((ending) => join(folder, unique + ending))),
        store: (body, contentType) => storeBody(join(folder, unique + tail(fileExtension(contentType))), body),
      }
    },
  }
}

function claimStem(stem: string, index: number, taken: Set<string> | undefined): string {
  if (taken === undefined) return stem
  const key = stem.toLowerCase()
  if (!taken.has(key)) {
    taken.add(key)
    return stem
  }
  const [name, ending] = splitEnding(stem)
  return claimStem(`${name}-${index}${ending}`, index, taken)
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

async function storeBody(path: string, body: StorableBody): Promise<string> {
  const part = `${path}.part`
  try {
    const file = await open(part, 'w')
    try {
      await file.writeFile(storable(body))
    } finally {
      await file.close()
    }
    await rename(part, path)
  } catch (error) {
    throw writeError(path, error)
  }
  return path
}

function storable(body: StorableBody): string | Uint8Array | AsyncIterable<Uint8Array> {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body) return body
  return JSON.stringify(body)
}
