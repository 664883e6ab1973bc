import { isUtf8 } from 'node:buffer'
import { inputError } from './input-item.ts'
import { type LineBatch, longestLine, showSize, type TextLine } from './text-lines.ts'

export interface JsonValuesOptions {
  /** Name of the source in messages. */
  readonly source: string
  /** Maximum size of a value in bytes. @default 16 MiB */
  readonly limit?: number | undefined
  /** Number of lines before the start of the stream. @default 0 */
  readonly linesBefore?: number | undefined
  /** True if the stream starts after a value, not at the start of the source. @default false */
  readonly isWithin?: boolean | undefined
  /** When aborted, the end of the stream is not the end of the source. */
  readonly signal?: AbortSignal | undefined
}

const quote = 0x22
const backslash = 0x5c

/**
 * Values of a JSON list, or a sequence of JSON values, each over any number of lines. They are returned as lines: the
 * text of a value, and the number of its first line. At most one value and one chunk are held in memory.
 *
 * @throws SettingsError with the line from which the source cannot be read
 */
export async function* jsonValues(
  bytes: AsyncIterable<Uint8Array>,
  options: JsonValuesOptions,
): AsyncGenerator<LineBatch, void, undefined> {
  const scanner = new ValueScanner(options)
  for await (const piece of bytes) {
    const batch = scanner.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))
    if (batch !== undefined) yield batch
  }
  if (options.signal?.aborted === true) return
  const last = scanner.end()
  if (last !== undefined) yield last
}

type State = 'start' | 'value' | 'after' | 'end'

class ValueScanner {
  readonly #options: JsonValuesOptions
  readonly #limit: number
  #state: State
  /** Undefined if the stream starts inside the source. */
  #isList: boolean | undefined
  /** Bytes of the stream before the chunk. */
  #passed = 0
  #line: number

  /** Kind of the current value; undefined between values. */
  #kind: 'nested' | 'text' | 'plain' | undefined
  #depth = 0
  #isInText = false
  #isEscaped = false
  #beganAt = 0
  #pieces: Buffer[] = []
  #held = 0

  constructor(options: JsonValuesOptions) {
    this.#options = options
    this.#limit = options.limit ?? longestLine
    this.#state = options.isWithin === true ? 'after' : 'start'
    this.#line = (options.linesBefore ?? 0) + 1
  }

  /** Values that end in a chunk. */
  push(chunk: Buffer): LineBatch | undefined {
    const values: TextLine[] = []
    let end = 0
    let line = 0
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (this.#kind === undefined) {
        if (this.#isBetween(byte)) continue
        this.#begin(byte)
        start = at
        if (this.#kind !== 'plain') continue
      }
      const hasEnded = this.#hasEndedBefore(byte)
      if (!hasEnded && !this.#hasEndedWith(byte)) continue
      const stop = hasEnded ? at : at + 1
      values.push(this.#value(chunk.subarray(start, stop)))
      end = stop
      line = this.#line
      // The byte that ends a plain value does not belong to it.
      if (hasEnded) at--
    }
    if (this.#kind !== undefined) this.#hold(chunk.subarray(start))
    const before = this.#passed
    this.#passed += chunk.length
    return values.length === 0 ? undefined : { lines: values, end: before + end, line: line - 1 }
  }

  /** Value that ends with the source. @throws SettingsError if the source is truncated */
  end(): LineBatch | undefined {
    if (this.#kind === 'nested' || this.#kind === 'text') {
      throw this.#error(this.#beganAt, 'the JSON value that begins here never ends; the file may be cut short')
    }
    const values = this.#kind === undefined ? [] : [this.#value(Buffer.alloc(0))]
    if (this.#isList === true && this.#state !== 'end') {
      throw this.#error(this.#line, 'the list is never closed with ]; the file may be cut short')
    }
    return values.length === 0 ? undefined : { lines: values, end: this.#passed, line: this.#line - 1 }
  }

  /** Consumes a byte between two values; false if it starts one. */
  #isBetween(byte: number): boolean {
    if (byte === 0x0a) this.#line += 1
    if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return true
    // Byte order mark.
    if (this.#state === 'start' && (byte === 0xef || byte === 0xbb || byte === 0xbf)) return true
    if (this.#state === 'end') throw this.#error(this.#line, 'there is something after the end of the list')
    if (byte === 0x5b && this.#state === 'start') {
      this.#isList = true
      this.#state = 'value'
      return true
    }
    if (byte === 0x5d && this.#isList !== false && this.#state !== 'start') {
      this.#state = 'end'
      return true
    }
    if (byte === 0x2c && this.#isList !== false && this.#state === 'after') {
      this.#state = 'value'
      return true
    }
    if (this.#state === 'after' && this.#isList === true)
      throw this.#error(this.#line, 'a comma is missing in the list')
    if (this.#state === 'start') this.#isList = false
    if (byte === 0x2c || byte === 0x5d || byte === 0x7d) {
      throw this.#error(this.#line, `there is a ${String.fromCharCode(byte)} where a JSON value is expected`)
    }
    return false
  }

  #begin(byte: number): void {
    this.#beganAt = this.#line
    this.#kind = byte === 0x7b || byte === 0x5b ? 'nested' : byte === quote ? 'text' : 'plain'
    this.#depth = this.#kind === 'nested' ? 1 : 0
    this.#isInText = this.#kind === 'text'
    this.#isEscaped = false
  }

  /** True if a number or word ended before this byte. */
  #hasEndedBefore(byte: number): boolean {
    return this.#kind === 'plain' && (byte === 0x2c || byte === 0x5d || byte <= 0x20)
  }

  #hasEndedWith(byte: number): boolean {
    if (this.#kind === 'plain') return false
    if (this.#isInText) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (byte === backslash) this.#isEscaped = true
      else if (byte === quote) {
        this.#isInText = false
        return this.#depth === 0
      }
      return false
    }
    if (byte === quote) this.#isInText = true
    else if (byte === 0x7b || byte === 0x5b) this.#depth += 1
    else if (byte === 0x7d || byte === 0x5d) this.#depth -= 1
    else if (byte === 0x0a) this.#line += 1
    return this.#depth === 0
  }

  #hold(bytes: Buffer): void {
    this.#held += bytes.length
    // Only the length of an oversized value is kept.
    if (this.#held > this.#limit) this.#pieces = []
    else this.#pieces.push(bytes)
  }

  #value(last: Buffer): TextLine {
    const length = this.#held + last.length
    const whole = this.#held === 0 ? last : Buffer.concat([...this.#pieces, last])
    this.#kind = undefined
    this.#state = 'after'
    this.#pieces = []
    this.#held = 0
    const number = this.#beganAt
    if (length > this.#limit) return { number, text: '', problem: `the value is longer than ${showSize(this.#limit)}` }
    if (!isUtf8(whole)) return { number, text: '', problem: 'not valid UTF-8; save the file as UTF-8' }
    return { number, text: whole.toString('utf8') }
  }

  #error(line: number, message: string): Error {
    return inputError({ source: this.#options.source, line }, message)
  }
}

/** The whole stream again, and true if its first non-blank byte starts a JSON list. */
export async function peekList(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ readonly isList: boolean; readonly bytes: AsyncIterable<Uint8Array> }> {
  const rest = bytes[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let isList = false
  while (seen.length < 1_000) {
    const next = await rest.next()
    if (next.done === true) break
    seen.push(next.value)
    const found = Buffer.from(next.value).find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf)
    if (found === undefined) continue
    isList = found === 0x5b
    break
  }
  return { isList, bytes: replayed(seen, rest) }
}

async function* replayed(
  seen: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* seen
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
