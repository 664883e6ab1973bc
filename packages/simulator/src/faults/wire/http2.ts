import { errorCodeNames } from 'sluice/internal'
import type { PlannedAnswer } from '../plan.ts'
import { bodyOf, type Fields, fieldsOf, lengthOf } from './http1.ts'

/** Types of the frames written by hand (RFC 9113, section 6). */
export const frameType = { data: 0, headers: 1, rstStream: 3, goaway: 7, windowUpdate: 8, continuation: 9 } as const

export type ErrorCode = (typeof errorCodeNames)[number]

export const endStream = 0x1
const endHeaders = 0x4
const padded = 0x8
/** Largest frame that every client must accept. */
const largestFrame = 16_384

/** One frame with its nine-byte header. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.byteLength, 0, 3)
  header.writeUInt8(type, 3)
  header.writeUInt8(flags, 4)
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

interface Cut {
  /** Last frame of its stream: END_STREAM is set. */
  readonly end?: boolean
  readonly size?: number
}

/** A head: HEADERS, and CONTINUATION frames for what exceeds `size` bytes. */
export function headers(stream: number, fields: Fields, { end = false, size = largestFrame }: Cut = {}): Buffer {
  const block = Buffer.concat(fields.map(([name, value]) => Buffer.concat([literal, text(name), text(value)])))
  const frames: Buffer[] = []
  for (let at = 0; at === 0 || at < block.byteLength; at += size) {
    const isFirst = at === 0
    const isLast = at + size >= block.byteLength
    const flags = (isFirst && end ? endStream : 0) | (isLast ? endHeaders : 0)
    const type = isFirst ? frameType.headers : frameType.continuation
    frames.push(frame(type, flags, stream, block.subarray(at, at + size)))
  }
  return Buffer.concat(frames)
}

/** A body: DATA frames of at most `size` bytes each, with `padding` bytes of padding. */
export function data(
  stream: number,
  body: Uint8Array,
  { end = true, size = largestFrame - 256, padding = 0 }: Cut & { readonly padding?: number } = {},
): Buffer {
  const frames: Buffer[] = []
  for (let at = 0; at === 0 || at < body.byteLength; at += size) {
    const piece = body.subarray(at, at + size)
    const flags = (end && at + size >= body.byteLength ? endStream : 0) | (padding > 0 ? padded : 0)
    const payload = padding === 0 ? piece : Buffer.concat([Buffer.of(padding), piece, Buffer.alloc(padding)])
    frames.push(frame(frameType.data, flags, stream, payload))
  }
  return Buffer.concat(frames)
}

export function rstStream(stream: number, code: ErrorCode): Buffer {
  return frame(frameType.rstStream, 0, stream, numbers(errorCodeNames.indexOf(code)))
}

export function goaway(lastStream: number, code: ErrorCode): Buffer {
  return frame(frameType.goaway, 0, 0, numbers(lastStream, errorCodeNames.indexOf(code)))
}

/** Headers of a response in HTTP/2, without `content-length`. */
export function streamFields(answer: PlannedAnswer): Fields {
  return [[':status', String(answer.status)], ...fieldsOf(answer)]
}

/** The intact response, with `content-length`. */
export function usualFrames(answer: PlannedAnswer, stream: number, more: Fields = []): Buffer[] {
  const body = bodyOf(answer)
  return [headers(stream, [...streamFields(answer), ...lengthOf(body), ...more]), data(stream, body)]
}

/**
 * Literal field without indexing (RFC 7541, section 6.2.2), so that the dynamic table of the server's own encoder
 * stays valid.
 */
const literal: Uint8Array = Buffer.of(0)

/** Text without Huffman coding: its length with a prefix of seven bits, and its bytes. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  const length: number[] = []
  let rest = bytes.byteLength
  if (rest < 127) length.push(rest)
  else {
    length.push(127)
    for (rest -= 127; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128)
    length.push(rest)
  }
  return Buffer.concat([Buffer.from(length), bytes])
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}
