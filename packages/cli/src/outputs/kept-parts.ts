import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openError } from './output-errors.ts'

/** Part of a body that broke off, or whose process was killed. */
export interface FoundPart {
  /** Offset to resume from: the last byte is requested again, because a server cannot send an empty range. */
  readonly size: number
  /** Identifies the version of the body to the server. */
  readonly validator: string
}

/** Metadata stored beside a part. */
interface Note {
  /** Digest of the request. */
  readonly request: string
  readonly validator: string
}

/**
 * Partial bodies in a folder, `.INDEX.RUN.part`, that a later session resumes. A part that can be resumed has
 * metadata in `.INDEX.RUN.part.json`. Only the process that works on the run touches them.
 */
export class KeptParts {
  readonly #folder: string
  readonly #run: string
  readonly #found: Map<number, FoundPart & Note>
  readonly #noted = new Set<number>()

  /** @throws SettingsError if the folder cannot be read */
  static async open(folder: string, run: string): Promise<KeptParts> {
    return new KeptParts(folder, run, await partsIn(folder, run))
  }

  private constructor(folder: string, run: string, found: Map<number, FoundPart & Note>) {
    this.#folder = folder
    this.#run = run
    this.#found = found
  }

  /** Part that an earlier session has left for this request. */
  found(index: number, request: string): FoundPart | undefined {
    const part = this.#found.get(index)
    return part?.request === request ? part : undefined
  }

  pathOf(index: number): string {
    return join(this.#folder, nameOf(index, this.#run))
  }

  /** True if the part of this item can be resumed. */
  isNoted(index: number): boolean {
    return this.#noted.has(index)
  }

  async note(index: number, note: Note): Promise<void> {
    // A folder that is not writable fails for the body as well, and is reported then.
    await writeFile(`${this.pathOf(index)}.json`, JSON.stringify(note)).catch(() => {})
    this.#noted.add(index)
  }

  /** Removes the metadata of a body that is complete, or cannot be resumed. */
  async forget(index: number): Promise<void> {
    const wasThere = this.#noted.delete(index)
    if (this.#found.delete(index) || wasThere) await rm(`${this.pathOf(index)}.json`, { force: true }).catch(() => {})
  }
}

function nameOf(index: number | string, run: string): string {
  return `.${index}.${run}.part`
}

async function partsIn(folder: string, run: string): Promise<Map<number, FoundPart & Note>> {
  const found = new Map<number, FoundPart & Note>()
  const ending = `${nameOf('', run).slice(1)}.json`
  const names = await readdir(folder).catch((error: unknown) => {
    throw openError(folder, error)
  })
  for (const name of names) {
    const index = name.endsWith(ending) ? /^\.(\d{1,15})$/.exec(name.slice(0, -ending.length))?.[1] : undefined
    if (index === undefined) continue
    const part = await readPart(join(folder, nameOf(index, run)))
    if (part !== undefined) found.set(Number(index), part)
  }
  return found
}

/** Undefined for a part that cannot be resumed, for example with truncated metadata. */
async function readPart(path: string): Promise<(FoundPart & Note) | undefined> {
  try {
    const { size } = await stat(path)
    const { request, validator } = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Partial<Note>
    if (size < 2 || typeof request !== 'string' || typeof validator !== 'string') return undefined
    return { size: size - 1, request, validator }
  } catch {
    return undefined
  }
}
