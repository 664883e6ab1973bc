import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { BodyError } from './errors.ts'

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>

const gunzip: Decoder = promisify(zlib.gunzip)
const inflate: Decoder = promisify(zlib.inflate)
const inflateRaw: Decoder = promisify(zlib.inflateRaw)

/** Content codings of RFC 9110 section 8.4.1, RFC 7932 (br) and RFC 8878 (zstd). */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // Meant to be zlib-wrapped (RFC 1950); some servers send the bare stream. The low nibble of the first byte tells.
  [
    'deflate',
    (bytes, options) => (((bytes[0] ?? 0) & 0x0f) === 8 ? inflate(bytes, options) : inflateRaw(bytes, options)),
  ],
  ['br', promisify(zlib.brotliDecompress)],
  ['zstd', promisify(zlib.zstdDecompress)],
])

/** What this machine can undo, for the `accept-encoding` header. */
export const acceptEncoding = 'gzip, deflate, br, zstd'

/** More layers than this are an attack, not a server. */
const maxLayers = 2

/**
 * Undoes `content-encoding`, and stops as soon as the result would be larger than `maxBody` bytes.
 *
 * @throws BodyError if it grows too large, is damaged, or is encoded in a way nobody asked for.
 */
export async function decodeBody(
  bytes: Uint8Array,
  contentEncoding: string | undefined,
  maxBody: number,
  status: number,
): Promise<Uint8Array> {
  if (contentEncoding === undefined || bytes.byteLength === 0) return bytes
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
  if (codings.length > maxLayers) {
    throw new BodyError('SLUICE_BAD_ENCODING', `the body is encoded ${codings.length} times over`, status)
  }

  let decoded = bytes
  for (const coding of codings.reverse()) {
    const decode = decoders.get(coding)
    if (decode === undefined) {
      throw new BodyError(
        'SLUICE_BAD_ENCODING',
        `the body is encoded as ${JSON.stringify(coding)}, which is unknown`,
        status,
      )
    }
    try {
      decoded = await decode(decoded, { maxOutputLength: maxBody })
    } catch (error) {
      throw decodingError(error, coding, maxBody, status)
    }
  }
  return decoded
}

function decodingError(error: unknown, coding: string, maxBody: number, status: number): BodyError {
  if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
    return new BodyError('SLUICE_DECODED_TOO_LARGE', `the ${coding} body unpacks to more than ${maxBody} bytes`, status)
  }
  const cutShort = error instanceof Error && /unexpected end of file/i.test(error.message)
  return cutShort
    ? new BodyError('SLUICE_BODY_TRUNCATED', `the ${coding} body ends too early`, status, error)
    : new BodyError('SLUICE_BAD_ENCODING', `the body is not valid ${coding}`, status, error)
}
