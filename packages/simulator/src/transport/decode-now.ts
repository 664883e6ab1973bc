import * as zlib from 'node:zlib'
import { BodyError } from 'sluice'

const decoders: Readonly<Record<string, (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array>> = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
}

/**
 * Undoes the one coding a simulated answer may have.
 *
 * At once and not by `decodeBody` of the library: that works on another thread, for which a virtual clock cannot wait.
 *
 * @throws BodyError if the result would be larger than `maxBody` bytes.
 */
export function decodeNow(bytes: Uint8Array, coding: string | undefined, maxBody: number, status: number): Uint8Array {
  const decode = coding === undefined ? undefined : decoders[coding]
  if (decode === undefined || bytes.byteLength === 0) return bytes
  try {
    return decode(bytes, { maxOutputLength: maxBody })
  } catch (error) {
    if (error instanceof RangeError) {
      const message = `the ${coding} body unpacks to more than ${maxBody} bytes`
      throw new BodyError('SLUICE_DECODED_TOO_LARGE', message, status)
    }
    throw new BodyError('SLUICE_BAD_ENCODING', `the body is not valid ${coding}`, status, error)
  }
}
