import { constants, createReadStream, fstatSync, type ReadStream } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { SettingsError } from 'sluice'
import { fileProblem } from '../flags/file-problem.ts'

/** A source of bytes. */
export interface Source {
  /** Name in messages: the path, or `stdin`. */
  readonly name: string
  /** Decompressed bytes, readable once. Opened when reading starts, and closed when it ends for whatever reason. */
  readonly bytes: AsyncIterable<Uint8Array>
}

export interface SourceOptions {
  /** Stream for `-`. @default process.stdin */
  readonly stdin?: Readable | undefined
  /** True if NUL may separate its items. @default false */
  readonly byNul?: boolean | undefined
  /** Stops reading immediately, as if the source had ended. */
  readonly signal?: AbortSignal | undefined
}

/**
 * A file, or standard input for `-`. Gzip is detected by its first bytes, whatever the name.
 *
 * Reading throws a SettingsError with the path for a file that is missing, unreadable, a folder, corrupt gzip,
 * an archive or UTF-16, and for one that becomes shorter while it is read.
 */
export function openSource(name: string, options: SourceOptions = {}): Source {
  const shown = sourceName(name)
  return { name: shown, bytes: readBytes(name, shown, options) }
}

/** `stdin` for `-`, otherwise the path. */
function sourceName(name: string): string {
  return name === '-' ? 'stdin' : name
}

/**
 * Checks that a file can be read, so that a wrong name is reported before the first request and not hours later.
 *
 * @throws SettingsError as reading does
 */
export async function checkSource(name: string): Promise<void> {
  try {
    if (name !== '-') await access(name, constants.R_OK)
    // Node would read a folder as standard input without an error, and find nothing in it.
    const found = name === '-' ? fstatSync(0) : await stat(name)
    if (found.isDirectory()) throw Object.assign(new Error('directory'), { code: 'EISDIR' })
  } catch (error) {
    throw sourceError(sourceName(name), error)
  }
}

/** Bytes passed on at a time. The lines of a larger piece live so long that V8 moves them: 50 MB more with 64 KB. */
const pieceSize = 8 * 1024

async function* readBytes(
  name: string,
  shown: string,
  { stdin = process.stdin, signal, byNul = false }: SourceOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (isAborted(signal)) return
  const file = name === '-' ? undefined : createReadStream(name)
  const stream = file ?? stdin
  const stop = (): void => void stream.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const chunks = file === undefined ? stdin[Symbol.asyncIterator]() : wholeFile(file, shown)
    const head = await firstBytes(chunks)
    refuseOtherFormats(shown, head, byNul)
    const all = joined(head, chunks)
    for await (const chunk of head[0] === 0x1f && head[1] === 0x8b ? unzipped(all) : all)
      for (let at = 0; at < chunk.length; at += pieceSize) yield chunk.subarray(at, at + pieceSize)
  } catch (error) {
    if (!isAborted(signal)) throw sourceError(shown, error)
  } finally {
    signal?.removeEventListener('abort', stop)
    stream.destroy()
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

/** Bytes of a file. Throws in place of ending before the size it had when opened, as the last line would be cut. */
async function* wholeFile(file: ReadStream, shown: string): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0
  file.once('open', (descriptor) => {
    size = fstatSync(descriptor).size
  })
  yield* file as AsyncIterable<Uint8Array>
  if (file.bytesRead >= size) return
  const problem = `the file became shorter while it was read: it ended after ${file.bytesRead} of ${size} bytes`
  throw new SettingsError(`${shown}: ${problem}; run again with the whole file`, 'SLUICE_BAD_INPUT')
}

/** Enough bytes to detect the format, or all bytes of a short file. */
async function firstBytes(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head = new Uint8Array(0)
  while (head.length < 4) {
    const next = await chunks.next()
    if (next.done === true) break
    head = head.length === 0 ? new Uint8Array(next.value) : new Uint8Array(Buffer.concat([head, next.value]))
  }
  return head
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.length > 0) yield head
  yield* { [Symbol.asyncIterator]: () => rest }
}

async function* unzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip({ chunkSize: 65_536 })
  // The error also ends the loop below, which reports it.
  pipeline(Readable.from(bytes, { objectMode: true, highWaterMark: 1 }), gunzip, () => {})
  yield* gunzip as AsyncIterable<Uint8Array>
}

function refuseOtherFormats(name: string, head: Uint8Array, byNul: boolean): void {
  const start = Buffer.from(head.subarray(0, 4)).toString('hex')
  // Without a byte order mark, Latin letters in UTF-16 or UTF-32 contain NUL bytes.
  const isWide = /^(?:(?!00)..00(?!00)..00|00(?!00)..00(?!00)..)$/.test(start) && !byNul
  const problem =
    isWide || start.startsWith('fffe') || start.startsWith('feff')
      ? 'this is UTF-16; save it as UTF-8'
      : start === '504b0304'
        ? 'this is a zip archive or a spreadsheet; unpack it, or export it as CSV'
        : undefined
  if (problem !== undefined) throw new SettingsError(`${name}: ${problem}`, 'SLUICE_BAD_INPUT')
}

function sourceError(name: string, error: unknown): SettingsError {
  if (error instanceof SettingsError) return error
  const { code = '' } = error as { code?: string }
  const problem = code.startsWith('Z_')
    ? 'the gzip data is damaged or cut short; get the file again'
    : fileProblem(error)
  return new SettingsError(`${name}: ${problem}`, 'SLUICE_BAD_INPUT')
}
