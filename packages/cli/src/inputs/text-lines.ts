import { isUtf8 } from 'node:buffer'

/** The longest line that is read, in bytes: 16 MiB. */
export const longestLine: number = 16 * 1024 * 1024

/** A line of a file, or why it could not be read. */
export interface TextLine {
  /** From 1. */
  readonly number: number
  /** Without the line feed; a carriage return before it is kept. Empty when there is a problem. */
  readonly text: string
  readonly problem?: string
}

/** Lines that came together. */
export interface LineBatch {
  readonly lines: readonly TextLine[]
  /** How many bytes of the stream they and those before them are, line feeds included. */
  readonly end: number
}

export interface TextLinesOptions {
  /** The longest line that is read, in bytes. @default 16 MiB */
  readonly limit?: number | undefined
  /** Lines that came before the stream begins. @default 0 */
  readonly linesBefore?: number | undefined
}

/**
 * The lines of a stream, in batches of what came together. A byte order mark is dropped, a last line needs no line feed.
 *
 * No more than one line and one chunk is held in memory. A line that is too long or not UTF-8 is reported in its place,
 * and reading goes on after it.
 */
export async function* textLines(
  bytes: AsyncIterable<Uint8Array>,
  { limit = longestLine, linesBefore = 0 }: TextLinesOptions = {},
): AsyncGenerator<LineBatch, void, undefined> {
  let pieces: Uint8Array[] = []
  let held = 0
  let end = 0
  let number = linesBefore

  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const first = chunk.indexOf(0x0a)
    if (first === -1) {
      held += chunk.length
      // Of a line that is too long only the length is kept.
      if (held > limit) pieces = []
      else pieces.push(chunk)
      continue
    }
    const last = chunk.lastIndexOf(0x0a)
    const lines: TextLine[] = []
    let block = chunk.subarray(0, last)
    if (held + first > limit) {
      number += 1
      lines.push(tooLong(number, limit))
      block = first === last ? noBytes : chunk.subarray(first + 1, last)
      if (first !== last) number = pushLines(lines, block, number)
    } else {
      if (held > 0) block = Buffer.concat([...pieces, block])
      number = pushLines(lines, block, number)
    }
    end += held + last + 1
    const rest = chunk.subarray(last + 1)
    pieces = rest.length > 0 ? [rest] : []
    held = rest.length
    yield { lines, end }
  }

  end += held
  if (held > limit) yield { lines: [tooLong(number + 1, limit)], end }
  else if (held > 0) {
    const lines: TextLine[] = []
    pushLines(lines, Buffer.concat(pieces), number)
    yield { lines, end }
  }
}

const noBytes = Buffer.alloc(0)

/** Adds the lines of a block that has no line feed at its end; returns the number of the last one. */
function pushLines(batch: TextLine[], block: Buffer, number: number): number {
  if (isUtf8(block)) {
    for (const text of block.toString('utf8').split('\n')) {
      number += 1
      batch.push({ number, text: number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text })
    }
    return number
  }
  for (let start = 0; start <= block.length; ) {
    const found = block.indexOf(0x0a, start)
    const end = found === -1 ? block.length : found
    number += 1
    const line = block.subarray(start, end)
    if (!isUtf8(line)) batch.push({ number, text: '', problem: 'not valid UTF-8; save the file as UTF-8' })
    else pushLines(batch, line, number - 1)
    start = end + 1
  }
  return number
}

function tooLong(number: number, limit: number): TextLine {
  return { number, text: '', problem: `longer than ${showSize(limit)}; a request must fit in one line of that size` }
}

/** `16 MiB`, `64 KiB` */
export function showSize(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024)
  return mebibytes >= 1 ? `${mebibytes} MiB` : `${bytes / 1024} KiB`
}
