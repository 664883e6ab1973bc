import type { Readable } from 'node:stream'
import { SourceChangedError } from 'sluice/internal'
import type { InputItem, LineReader } from './input-item.ts'
import { jsonValues, peekList } from './json-values.ts'
import { openSource, type Source } from './open-source.ts'
import { PrefixDigest } from './prefix-digest.ts'
import { type LineBatch, type TextLine, textLines } from './text-lines.ts'

type Place = Omit<InputPlace, 'file'>

/**
 * How a source is split: into lines, items separated by NUL, or JSON values. `auto` means JSON values if it starts with
 * a list, otherwise lines.
 */
export type Cut = 'lines' | 'nul' | 'json' | 'auto'

/** Chooses the reader of a source by its first significant line; undefined until there is one. */
type ChooseReader = (shown: string, line: TextLine, cut: Cut) => LineReader | undefined

export interface ReadFileOptions {
  readonly cut: Cut
  readonly stdin: Readable | undefined
  readonly signal: AbortSignal | undefined
  readonly from: Place | undefined
  readonly onPlace: (place: Place) => void
}

/** Reads the items of one file or of standard input, in batches, from its start or from a given place. */
export async function* readFile(
  name: string,
  choose: ChooseReader,
  { cut: wanted, stdin, signal, from, onPlace }: ReadFileOptions,
): AsyncGenerator<Iterable<InputItem>, void, undefined> {
  const source = openSource(name, { stdin, signal, byNul: wanted === 'nul' })
  const prefix = new PrefixDigest()
  const begun = from === undefined ? undefined : await begunReader(name, choose, wanted, signal)
  const { cut, bytes: unread } =
    begun === undefined ? await cutOf(wanted, source.bytes) : { cut: begun.cut, bytes: source.bytes }
  let reader = begun?.reader
  const bytes = from === undefined ? prefix.pass(unread) : bytesFrom(source, prefix, from)

  for await (const { lines, end, line } of cutInto(cut, bytes, { source: source.name, from, signal })) {
    if (isAborted(signal)) return
    const first = reader === undefined ? beginning(lines, (line) => choose(source.name, line, cut)) : { reader, lines }
    reader = first.reader
    if (reader !== undefined) yield untilAborted(reader.lines(first.lines), signal)
    if (isAborted(signal)) return
    prefix.advanceTo((from?.byte ?? 0) + end)
    if (reader?.isBetween === true) onPlace({ byte: prefix.length, line, digest: prefix.digest() })
  }
  if (isAborted(signal)) return
  const last = reader?.end()
  if (last !== undefined) yield [last]
}

function* untilAborted<T>(items: Iterable<T>, signal: AbortSignal | undefined): Generator<T, void, undefined> {
  for (const item of items) {
    yield item
    if (isAborted(signal)) return
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

interface CutOptions {
  readonly source: string
  readonly from?: Place | undefined
  readonly signal: AbortSignal | undefined
}

function cutInto(
  cut: Cut,
  bytes: AsyncIterable<Uint8Array>,
  { source, from, signal }: CutOptions,
): AsyncIterable<LineBatch> {
  const linesBefore = from?.line ?? 0
  return cut === 'json'
    ? jsonValues(bytes, { source, signal, linesBefore, isWithin: from !== undefined })
    : textLines(bytes, { linesBefore, byNul: cut === 'nul' })
}

/** Unit in which a source is split, by its first bytes if they are conclusive. */
async function cutOf(
  wanted: Cut,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ readonly cut: Cut; readonly bytes: AsyncIterable<Uint8Array> }> {
  if (wanted !== 'auto') return { cut: wanted, bytes }
  const peeked = await peekList(bytes)
  return { cut: peeked.isList ? 'json' : 'lines', bytes: peeked.bytes }
}

function bytesFrom(source: Source, prefix: PrefixDigest, from: Place): AsyncIterable<Uint8Array> {
  return prefix.skip(source.bytes, {
    length: from.byte,
    digest: from.digest,
    onMismatch: () =>
      new SourceChangedError(source.name, `its first ${from.line} lines have changed since the run started`),
  })
}

/** Reader that knows the start of the file, such as the header of a table. */
async function begunReader(
  name: string,
  choose: ChooseReader,
  wanted: Cut,
  signal: AbortSignal | undefined,
): Promise<{ readonly reader: LineReader | undefined; readonly cut: Cut }> {
  const source = openSource(name, { signal, byNul: wanted === 'nul' })
  const { cut, bytes } = await cutOf(wanted, source.bytes)
  let reader: LineReader | undefined
  for await (const { lines } of cutInto(cut, bytes, { source: source.name, signal })) {
    const begun = reader === undefined ? beginning(lines, (line) => choose(source.name, line, cut)) : { reader, lines }
    reader = begun.reader
    if (reader?.begin(begun.lines) === true) break
  }
  return { reader, cut }
}

/** Reader for the first significant line, and the lines from there on; no reader if there is none. */
function beginning(
  lines: readonly TextLine[],
  choose: (line: TextLine) => LineReader | undefined,
): { readonly reader: LineReader | undefined; readonly lines: readonly TextLine[] } {
  for (const [index, line] of lines.entries()) {
    const reader = choose(line)
    if (reader !== undefined) return { reader, lines: lines.slice(index) }
  }
  return { reader: undefined, lines: [] }
}

/** Position between two inputs from which reading can resume. */
export interface InputPlace {
  /** Index of the file, from 0. */
  readonly file: number
  /** Number of decompressed bytes before. */
  readonly byte: number
  /** Number of lines before. */
  readonly line: number
  /** Digest of the bytes before. */
  readonly digest: string
}
