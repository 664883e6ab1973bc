import type { Readable } from 'node:stream'
import { SourceChangedError } from 'sluice/runs'
import type { InputItem, LineReader } from './input-item.ts'
import { jsonValues, peekList } from './json-values.ts'
import { openSource, type Source } from './open-source.ts'
import { PrefixDigest } from './prefix-digest.ts'
import { type LineBatch, type TextLine, textLines } from './text-lines.ts'

type Place = Omit<InputPlace, 'file'>

/**
 * How a source is cut: into lines, into items that NUL ends, or into JSON values. With `auto`, JSON values if it begins with a list,
 * and otherwise lines.
 */
export type Cut = 'lines' | 'nul' | 'json' | 'auto'

/** Makes the reader of a source by the first line that tells; nothing until there is one. */
type ChooseReader = (shown: string, line: TextLine, cut: Cut) => LineReader | undefined

export interface ReadFileOptions {
  readonly cut: Cut
  readonly stdin: Readable | undefined
  readonly signal: AbortSignal | undefined
  readonly from: Place | undefined
  readonly onPlace: (place: Place) => void
}

/** Reads the items of one file, or of standard input, from its beginning or from a place in it. */
export async function* readFile(
  name: string,
  choose: ChooseReader,
  { cut: wanted, stdin, signal, from, onPlace }: ReadFileOptions,
): AsyncGenerator<InputItem, void, undefined> {
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
    for (const item of reader?.lines(first.lines) ?? []) {
      yield item
      if (isAborted(signal)) return
    }
    prefix.advanceTo((from?.byte ?? 0) + end)
    if (reader?.isBetween === true) onPlace({ byte: prefix.length, line, digest: prefix.digest() })
  }
  if (isAborted(signal)) return
  const last = reader?.end()
  if (last !== undefined) yield last
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

/** How a source is cut, by its first bytes if those tell. */
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
      new SourceChangedError(source.name, `its first ${from.line} lines are not what they were when the run began`),
  })
}

/** A reader that knows what stands at the beginning of the file, as the header of a table does. */
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

/** The reader that the first telling line asks for, and the lines from there on; no reader if none tells. */
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

/** A place in the inputs, right after some of their items, from which reading can go on. */
export interface InputPlace {
  /** Which of the files, from 0. */
  readonly file: number
  /** Bytes of it, unzipped, that lie before. */
  readonly byte: number
  /** Lines that lie before. */
  readonly line: number
  /** Digest of the bytes before. */
  readonly digest: string
}
