import type { Readable } from 'node:stream'
import { SourceChangedError } from 'sluice/runs'
import type { InputItem, LineReader } from './input-item.ts'
import { openSource, type Source } from './open-source.ts'
import { PrefixDigest } from './prefix-digest.ts'
import { type TextLine, textLines } from './text-lines.ts'

type Place = Omit<InputPlace, 'file'>

/** Makes the reader of a source by the first line that tells; nothing until there is one. */
type ChooseReader = (shown: string, line: TextLine) => LineReader | undefined

export interface ReadFileOptions {
  readonly stdin: Readable | undefined
  readonly signal: AbortSignal | undefined
  readonly from: Place | undefined
  readonly onPlace: (place: Place) => void
}

/** Reads the items of one file, or of standard input, from its beginning or from a place in it. */
export async function* readFile(
  name: string,
  choose: ChooseReader,
  { stdin, signal, from, onPlace }: ReadFileOptions,
): AsyncGenerator<InputItem, void, undefined> {
  const source = openSource(name, { stdin, signal })
  const prefix = new PrefixDigest()
  let reader = from === undefined ? undefined : await readerWithBeginning(name, choose, signal)
  let line = from?.line ?? 0

  for await (const { lines, end } of textLines(bytesFrom(source, prefix, from), { linesBefore: line })) {
    const begun = reader === undefined ? beginning(lines, (line) => choose(source.name, line)) : { reader, lines }
    reader = begun.reader
    for (const item of reader?.lines(begun.lines) ?? []) {
      yield item
      if (signal?.aborted === true) return
    }
    if (signal?.aborted === true) return
    line += lines.length
    prefix.advanceTo((from?.byte ?? 0) + end)
    if (reader?.isBetween === true) onPlace({ byte: prefix.length, line, digest: prefix.digest() })
  }
  const last = reader?.end()
  if (last !== undefined) yield last
}

function bytesFrom(source: Source, prefix: PrefixDigest, from: Place | undefined): AsyncIterable<Uint8Array> {
  if (from === undefined) return prefix.pass(source.bytes)
  return prefix.skip(source.bytes, {
    length: from.byte,
    digest: from.digest,
    onMismatch: () =>
      new SourceChangedError(source.name, `its first ${from.line} lines are not what they were when the run began`),
  })
}

/** A reader that knows what stands at the beginning of the file, as the header of a table does. */
async function readerWithBeginning(
  name: string,
  choose: ChooseReader,
  signal: AbortSignal | undefined,
): Promise<LineReader | undefined> {
  const source = openSource(name, { signal })
  let reader: LineReader | undefined
  for await (const { lines } of textLines(source.bytes)) {
    const begun = reader === undefined ? beginning(lines, (line) => choose(source.name, line)) : { reader, lines }
    reader = begun.reader
    if (reader?.begin(begun.lines) === true) break
  }
  return reader
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
