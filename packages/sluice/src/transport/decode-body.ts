import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { codingsOf } from './content-codings.ts'
import { BodyError } from './errors.ts'

/** Decoded bytes, and the number of encoded bytes consumed. */
interface Decoded {
  readonly bytes: Uint8Array
  readonly used: number
}

type Decoder = (bytes: Uint8Array, maxOutputLength: number) => Promise<Decoded>

/**
 * Content codings of RFC 9110 section 8.4.1, RFC 7932 (br) and RFC 8878 (zstd). Each decodes the whole body or fails.
 */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gzip],
  // Supposed to be zlib-wrapped (RFC 1950); some servers send the raw stream.
  ['deflate', (bytes, limit) => whole(isZlib(bytes) ? zlib.inflate : zlib.inflateRaw, bytes, limit)],
  ['br', (bytes, limit) => whole(zlib.brotliDecompress, bytes, limit)],
  ['zstd', zstd],
])

/** Supported codings, for the `accept-encoding` header. */
export const acceptEncoding = 'gzip, deflate, br, zstd'

/** Maximum number of frames; more are an attack, since each needs its own decoder. */
const maxFrames = 10_000

/**
 * Decodes a body, and stops as soon as the result exceeds `maxBody` bytes. Missing bytes are errors, so that a partial
 * response never passes for a complete one, and so are trailing ones, except after gzip.
 *
 * @throws BodyError if the result is too large, or the body is truncated, corrupt or has an unknown coding
 */
export async function decodeBody(
  bytes: Uint8Array,
  contentEncoding: string | undefined,
  maxBody: number,
  status: number,
): Promise<Uint8Array> {
  if (contentEncoding === undefined || bytes.byteLength === 0) return bytes
  const codings = codingsOf(contentEncoding)
  if (codings.length > maxLayers) {
    throw new BodyError('SLUICE_BAD_ENCODING', `the body is encoded ${codings.length} times over`, status)
  }

  let decoded = bytes
  let last: string | undefined
  for (const coding of codings) {
    const decode = decoders.get(coding)
    if (decode === undefined) {
      const message = `the body is encoded as ${JSON.stringify(coding)}, which is unknown`
      throw new BodyError('SLUICE_BAD_ENCODING', message, status)
    }
    // The same coding twice was usually stated by two servers, but applied once.
    if (coding === last && !beginsAs(coding, decoded)) continue
    try {
      decoded = (await decode(decoded, maxBody)).bytes
      last = coding
    } catch (error) {
      throw decodingError(error, coding, maxBody, status)
    }
  }
  return decoded
}

type OneShot = (
  bytes: Uint8Array,
  options: { readonly maxOutputLength: number; readonly chunkSize: number; readonly info: true },
  done: (error: Error | null, result: unknown) => void,
) => void

/** Bounds of the size of a part in which zlib returns what it has decoded. Each part is a way to its thread and back. */
const smallestPart = 16 * 1024
const largestPart = 1024 * 1024

/**
 * Runs a decoder up to the end of the first stream: `used` is the number of bytes consumed. `size` is the expected
 * number of decoded bytes.
 */
function once(decode: unknown, bytes: Uint8Array, maxOutputLength: number, size = 0): Promise<Decoded> {
  return new Promise((resolve, reject) => {
    const run = decode as OneShot
    // One more, so that zlib need not ask for another part to see the end.
    const chunkSize = Math.min(Math.max(size + 1, smallestPart), largestPart)
    run(bytes, { maxOutputLength, chunkSize, info: true }, (error, result) => {
      if (error !== null) reject(error)
      else {
        const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } }
        resolve({ bytes: buffer, used: engine.bytesWritten })
      }
    })
  })
}

async function whole(decode: unknown, bytes: Uint8Array, limit: number): Promise<Decoded> {
  const decoded = await once(decode, bytes, limit)
  if (decoded.used < bytes.byteLength) throw new TrailingBytes(bytes.byteLength - decoded.used)
  return decoded
}

/**
 * Decodes all members (RFC 1952 section 2.2). Whatever else follows the last one is ignored, as browsers and curl do:
 * the length and checksum in its trailer show that the body is whole.
 */
async function gzip(bytes: Uint8Array, limit: number): Promise<Decoded> {
  try {
    return await once(zlib.gunzip, bytes, limit, statedSize(bytes))
  } catch (error) {
    // zlib takes bytes behind a member for another one, and returns nothing of those before.
    const { code } = error as NodeJS.ErrnoException
    if ((code !== 'Z_DATA_ERROR' && code !== 'Z_BUF_ERROR') || !beginsAs('gzip', bytes)) throw error
    return eachFrame(bytes, limit, gzipMember)
  }
}

/** Size of the decoded body as the last member states it; it may be wrong. */
function statedSize(bytes: Uint8Array): number {
  if (bytes.byteLength < 18) return 0
  return new DataView(bytes.buffer, bytes.byteOffset + bytes.byteLength - 4, 4).getUint32(0, true)
}

/** Decodes the member at the start of these bytes; undefined if they start with anything else. */
async function gzipMember(bytes: Uint8Array, limit: number): Promise<Decoded | undefined> {
  const [first, second = 0x8b] = bytes
  if (first !== 0x1f || second !== 0x8b) return undefined
  const start = gzipHeaderLength(bytes)
  const { bytes: decoded, used } = await once(zlib.inflateRaw, bytes.subarray(start), limit)
  const end = start + used
  if (bytes.byteLength < end + 8) throw new Error('unexpected end of file')
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, 8)
  const isWhole =
    trailer.getUint32(0, true) === zlib.crc32(decoded) && trailer.getUint32(4, true) === decoded.byteLength % 2 ** 32
  if (!isWhole) throw new Error('incorrect data check')
  return { bytes: decoded, used: end + 8 }
}

/** Length of the header of a member (RFC 1952 section 2.3). */
function gzipHeaderLength(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0
  let length = 10
  if ((flags & 0x04) !== 0) length += 2 + (bytes[length] ?? 0) + (bytes[length + 1] ?? 0) * 256
  // Name and comment end with a zero.
  for (const text of [0x08, 0x10]) if ((flags & text) !== 0) length = bytes.indexOf(0, length) + 1 || bytes.byteLength
  return (flags & 0x02) === 0 ? length : length + 2
}

/** Decodes all frames (RFC 8878 section 3.1). */
function zstd(bytes: Uint8Array, limit: number): Promise<Decoded> {
  return eachFrame(bytes, limit, async (rest, left) => {
    const skipped = skippableFrame(rest)
    return skipped > 0 ? { bytes: rest.subarray(0, 0), used: skipped } : once(zlib.zstdDecompress, rest, left)
  })
}

/** Decodes frame by frame, up to the end or to the first bytes that `decode` returns undefined for. */
async function eachFrame(
  bytes: Uint8Array,
  limit: number,
  decode: (rest: Uint8Array, limit: number) => Promise<Decoded | undefined>,
): Promise<Decoded> {
  const parts: Uint8Array[] = []
  let used = 0
  let size = 0
  for (let frames = 0; used < bytes.byteLength; frames++) {
    if (frames === maxFrames) throw new Error(`more than ${maxFrames} frames`)
    const decoded = await decode(bytes.subarray(used), limit)
    if (decoded === undefined) break
    size += decoded.bytes.byteLength
    if (size > limit) throw new OutputTooLarge()
    parts.push(decoded.bytes)
    used += decoded.used
  }
  return { bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts, size), used }
}

/** Length of a skippable frame (RFC 8878 section 3.1.2); 0 if the bytes start with anything else. */
function skippableFrame(bytes: Uint8Array): number {
  if (bytes.byteLength < 4) return 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if ((view.getUint32(0, true) & 0xff_ff_ff_f0) >>> 0 !== 0x18_4d_2a_50) return 0
  const length = bytes.byteLength < 8 ? Number.POSITIVE_INFINITY : 8 + view.getUint32(4, true)
  if (length > bytes.byteLength) throw new Error('unexpected end of file')
  return length
}

/** True if the first bytes match this coding; always true for brotli. */
function beginsAs(coding: string, bytes: Uint8Array): boolean {
  if (coding === 'gzip') return bytes[0] === 0x1f && bytes[1] === 0x8b
  if (coding === 'deflate') return isZlib(bytes)
  if (coding === 'zstd') return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
  return true
}

/** Checks the first two bytes (RFC 1950): method 8, and a checksum over both. */
function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0
}

class TrailingBytes extends Error {
  constructor(count: number) {
    super(`${count} bytes follow the end of the encoded body`)
  }
}

class OutputTooLarge extends Error {}

function decodingError(error: unknown, coding: string, maxBody: number, status: number): BodyError {
  if (error instanceof OutputTooLarge || (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
    const message = `the ${coding} body unpacks to more than ${maxBody} bytes (maxBody)`
    return new BodyError('SLUICE_DECODED_TOO_LARGE', message, status)
  }
  if (error instanceof TrailingBytes) {
    return new BodyError('SLUICE_BAD_ENCODING', `the body is not valid ${coding}: ${error.message}`, status, error)
  }
  const cutShort = error instanceof Error && /unexpected end of file/i.test(error.message)
  return cutShort
    ? new BodyError('SLUICE_BODY_TRUNCATED', `the ${coding} body ends too early`, status, error)
    : new BodyError('SLUICE_BAD_ENCODING', `the body is not valid ${coding}`, status, error)
}

/** Maximum number of nested codings: more are an attack. */
const maxLayers = 2

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants

const streamDecoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => zlib.createGunzip({ finishFlush: Z_SYNC_FLUSH })],
  ['deflate', () => zlib.createInflate({ finishFlush: Z_SYNC_FLUSH })],
  ['br', () => zlib.createBrotliDecompress({ finishFlush: BROTLI_OPERATION_FLUSH })],
  ['zstd', () => zlib.createZstdDecompress({ finishFlush: ZSTD_e_flush })],
])

/**
 * Decodes as much as possible of an unsuccessful body, at most `maxBody` bytes; returns it unchanged if nothing can be
 * decoded. Never fails.
 */
export async function salvageBody(bytes: Uint8Array, contentEncoding: string, maxBody: number): Promise<Uint8Array> {
  let salvaged = bytes
  for (const coding of codingsOf(contentEncoding).slice(0, maxLayers)) {
    const create = streamDecoders.get(coding)
    if (create === undefined) break
    const decoded = await decodeSome(create(), salvaged, maxBody)
    if (decoded.byteLength === 0) break
    salvaged = decoded
  }
  return salvaged
}

/**
 * Decoders of a streamed body, in order of decoding. Each fails if the body ends too early.
 *
 * @throws BodyError for an unknown coding, or too many of them
 */
export function openDecoders(contentEncoding: string, firstBytes: Uint8Array, status: number): Transform[] {
  const codings = codingsOf(contentEncoding)
  if (codings.length > maxLayers) {
    throw new BodyError('SLUICE_BAD_ENCODING', `the body is encoded ${codings.length} times over`, status)
  }
  // The same coding twice was usually stated by two servers, but applied once.
  const stated = codings.filter((coding, index) => coding !== codings[index - 1])
  return stated.map((coding, index) => {
    if (coding === 'gzip') return zlib.createGunzip()
    if (coding === 'br') return zlib.createBrotliDecompress()
    if (coding === 'zstd') return zlib.createZstdDecompress()
    if (coding === 'deflate') return index > 0 || isZlib(firstBytes) ? zlib.createInflate() : zlib.createInflateRaw()
    const message = `the body is encoded as ${JSON.stringify(coding)}, which is unknown`
    throw new BodyError('SLUICE_BAD_ENCODING', message, status)
  })
}

async function decodeSome(decoder: Transform, bytes: Uint8Array, maxBody: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  decoder.end(bytes)
  try {
    for await (const chunk of decoder as AsyncIterable<Uint8Array>) {
      chunks.push(chunk.subarray(0, maxBody - size))
      size += Math.min(chunk.byteLength, maxBody - size)
      if (size === maxBody) break
    }
  } catch {
    // Keeps the bytes before the corruption.
  }
  return Buffer.concat(chunks, size)
}
