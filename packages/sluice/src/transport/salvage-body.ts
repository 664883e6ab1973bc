import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { codingsOf, maxLayers } from './content-codings.ts'

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants

const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => zlib.createGunzip({ finishFlush: Z_SYNC_FLUSH })],
  ['deflate', () => zlib.createInflate({ finishFlush: Z_SYNC_FLUSH })],
  ['br', () => zlib.createBrotliDecompress({ finishFlush: BROTLI_OPERATION_FLUSH })],
  ['zstd', () => zlib.createZstdDecompress({ finishFlush: ZSTD_e_flush })],
])

/**
 * What can be read of the body of an answer whose head says all that matters: decoded as far as it goes, at most `maxBody`
 * bytes, and as it came if nothing of it can be decoded. Never fails.
 */
export async function salvageBody(bytes: Uint8Array, contentEncoding: string, maxBody: number): Promise<Uint8Array> {
  let salvaged = bytes
  for (const coding of codingsOf(contentEncoding).slice(0, maxLayers)) {
    const create = decoders.get(coding)
    if (create === undefined) break
    const decoded = await decodeSome(create(), salvaged, maxBody)
    if (decoded.byteLength === 0) break
    salvaged = decoded
  }
  return salvaged
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
    // What was decoded before the damage is what can be read.
  }
  return Buffer.concat(chunks, size)
}
