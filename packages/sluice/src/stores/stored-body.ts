import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { DamagedContent } from '../database/store-error.ts'

/** Smaller bodies are not worth the 20 microseconds that it takes to pack one, and as many to unpack it. */
const packedFrom = 1_024

/** The cheapest level: the next ones save a few per cent of JSON. */
const settings = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** A body as it is kept. */
export interface StoredBody {
  /** Missing if there is no body, which is not the same as an empty one. */
  readonly coding: 'as is' | 'zstd' | undefined
  readonly bytes: Uint8Array | undefined
}

/** A body as small as is cheap. */
export function packBody(body: Uint8Array | undefined): StoredBody {
  if (body === undefined) return { coding: undefined, bytes: undefined }
  if (body.length >= packedFrom) {
    const packed = zstdCompressSync(body, settings)
    if (packed.length < body.length) return { coding: 'zstd', bytes: packed }
  }
  return { coding: 'as is', bytes: body }
}

/** The unpacked body. */
export function unpackBody(coding: string | null, bytes: Uint8Array | null): Uint8Array | undefined {
  if (coding === null) return undefined
  if (coding !== 'zstd') return plain(bytes ?? new Uint8Array(0))
  try {
    return plain(zstdDecompressSync(bytes ?? new Uint8Array(0)))
  } catch (reason) {
    throw new DamagedContent(`a body cannot be unpacked: ${(reason as Error).message}`)
  }
}

/** Not the class of Node that drivers give. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
