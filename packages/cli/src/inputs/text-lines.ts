import { isUtf8 } from 'node:buffer'

/** Maximum length of a line in bytes: 16 MiB. */
export const longestLine: number = 16 * 1024 * 1024

/** A line of a file, or the reason why it could not be read. */
export interface TextLine {
  /** Line number from 1. */
  readonly number: number
  /**
   * Text without its line feed or lone carriage return; carriage returns before a line feed are kept. Empty if there
   * is a problem.
   */
  readonly text: string
  /** True if a lone carriage return ends it. */
  readonly endsInReturn?: boolean
  readonly problem?: string
}

/** Lines that arrived together. */
export interface LineBatch {
  readonly lines: readonly TextLine[]
  /** Bytes of the stream up to the end of these lines, line ends included. */
  readonly end: number
  /** Number of the last line in the source. */
  readonly line: number
}

export interface TextLinesOptions {
  /** Maximum length of a line in bytes. @default 16 MiB */
  readonly limit?: number | undefined
  /** Number of lines before the start of the stream. @default 0 */
  readonly linesBefore?: number | undefined
  /** True if NUL, and nothing else, ends a line. @default false */
  readonly byNul?: boolean | undefined
}

/**
 * Lines of a stream, in batches of what arrived together. A line ends with LF, CR LF, CR CR LF (which Windows programs
 * turn CR LF into) or CR. A byte order mark is dropped; the last line needs no end.
 *
 * At most one line and one chunk are held in memory. A line that is too long or not UTF-8 is reported in its place,
 * and reading continues after it.
 */
export async function* textLines(
  bytes: AsyncIterable<Uint8Array>,
  { limit = longestLine, linesBefore = 0, byNul = false }: TextLinesOptions = {},
): AsyncGenerator<LineBatch, void, undefined> {
  const ends = byNul ? nulEnds : lineEnds
  let pieces: Uint8Array[] = []
  let held = 0
  let end = 0
  let line = linesBefore

  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const first = ends.first(chunk)
    if (first === -1) {
      held += chunk.length
      // Only the length of an oversized line is kept.
      if (held > limit) pieces = []
      else pieces.push(chunk)
      continue
    }
    const last = ends.last(chunk)
    const lines: TextLine[] = []
    let block: Buffer | undefined = chunk.subarray(0, last)
    if (held + first > limit) {
      line += 1
      lines.push(tooLong(line, limit))
      block = first === last ? undefined : chunk.subarray(first + 1, last)
    } else if (held > 0) block = Buffer.concat([...pieces, block])
    if (block !== undefined) line = pushLines(lines, block, line, ends, chunk[last] === cr)
    end += held + last + 1
    const rest = chunk.subarray(last + 1)
    pieces = rest.length > 0 ? [rest] : []
    held = rest.length
    yield { lines, end, line }
  }

  end += held
  if (held > limit) yield { lines: [tooLong(line + 1, limit)], end, line: line + 1 }
  else if (held > 0) {
    const lines: TextLine[] = []
    line = pushLines(lines, Buffer.concat(pieces), line, ends, false)
    yield { lines, end, line }
  }
}

/** Finds line ends. A position that depends on further bytes is not one yet. */
interface LineEnds {
  first(bytes: Buffer): number
  last(bytes: Buffer): number
  /** Splits a text without the end of its last line, which is a carriage return or not. */
  split(text: string, endsInReturn: boolean): readonly (string | ReturnLine)[]
}

type ReturnLine = Required<Pick<TextLine, 'text' | 'endsInReturn'>>

const lf = 0x0a
const cr = 0x0d

const nulEnds: LineEnds = {
  first: (bytes) => bytes.indexOf(0),
  last: (bytes) => bytes.lastIndexOf(0),
  split: (text) => text.split('\0'),
}

const lineEnds: LineEnds = {
  first(bytes) {
    const feed = bytes.indexOf(lf)
    for (let at = bytes.indexOf(cr); at !== -1 && (feed === -1 || at < feed); at = bytes.indexOf(cr, at + 1)) {
      if (isLoneReturn(bytes, at)) return at
    }
    return feed
  },
  last(bytes) {
    const feed = bytes.lastIndexOf(lf)
    for (let at = bytes.lastIndexOf(cr); at > feed; at = at === 0 ? -1 : bytes.lastIndexOf(cr, at - 1)) {
      if (isLoneReturn(bytes, at)) return at
    }
    return feed
  },
  split(text, endsInReturn) {
    const lines = text.split('\n')
    if (!endsInReturn && !/\r(?!\r?(?:\n|$))/.test(text)) return lines
    return lines.flatMap((line, index) => {
      const isLast = endsInReturn && index === lines.length - 1
      const parts = line.split(isLast ? '\r' : /\r(?!\r?$)/)
      return parts.map((part, at) => (isLast || at < parts.length - 1 ? { text: part, endsInReturn: true } : part))
    })
  },
}

/** True if the carriage return at `at` ends a line, whatever the next bytes are. */
function isLoneReturn(bytes: Buffer, at: number): boolean {
  const next = bytes[at + 1]
  if (next === undefined || next === lf) return false
  return next !== cr || (at + 2 < bytes.length && bytes[at + 2] !== lf)
}

/** Adds the lines of a block, the last one without its end; returns the number of the last one. */
function pushLines(batch: TextLine[], block: Buffer, before: number, ends: LineEnds, endsInReturn: boolean): number {
  let number = before
  if (isUtf8(block)) {
    const text = block.toString('utf8')
    const shown = before === 0 && text.startsWith('\ufeff') ? text.slice(1) : text
    for (const line of ends.split(shown, endsInReturn)) {
      number += 1
      batch.push(typeof line === 'string' ? { number, text: line } : { number, ...line })
    }
    return number
  }
  for (let start = 0; start <= block.length; ) {
    const found = ends.first(block.subarray(start))
    const end = found === -1 ? block.length : start + found
    const line = block.subarray(start, end)
    const isReturn = found === -1 ? endsInReturn : block[end] === cr
    number += 1
    if (!isUtf8(line)) batch.push({ number, text: '', problem: 'not valid UTF-8; save the file as UTF-8' })
    else pushLines(batch, line, number - 1, ends, isReturn)
    start = end + 1
  }
  return number
}

function tooLong(number: number, limit: number): TextLine {
  return { number, text: '', problem: `longer than ${showSize(limit)}; a request must fit in one line of that size` }
}

/** `16 MiB`, `64.5 KiB`, `512 B` */
export function showSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${Math.round((bytes / 1024 ** power) * 10) / 10} ${units[power]}`
}
