import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { DamagedContent } from '../database/store-error.ts'

/** Minimum size in bytes of a compressed body: for smaller ones it is not worth 20 microseconds each way. */
const packedFrom = 1_024

/** The cheapest level. The next ones make JSON only a few percent smaller. */
const settings = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Body as it is stored. */
export interface StoredBody {
  /** Undefined if there is no body, as opposed to an empty one. */
  readonly coding: 'as is' | 'zstd' | undefined
  readonly bytes: Uint8Array | undefined
}

/** Compresses a body, if that makes it smaller. */
export function packBody(body: Uint8Array | undefined): StoredBody {
  if (body === undefined) return { coding: undefined, bytes: undefined }
  if (body.length >= packedFrom) {
    const packed = zstdCompressSync(body, settings)
    if (packed.length < body.length) return { coding: 'zstd', bytes: packed }
  }
  return { coding: 'as is', bytes: body }
}

/** Decompresses a body. */
export function unpackBody(coding: string | null, bytes: Uint8Array | null): Uint8Array | undefined {
  if (coding === null) return undefined
  if (coding !== 'zstd') return plain(bytes ?? new Uint8Array(0))
  try {
    return plain(zstdDecompressSync(bytes ?? new Uint8Array(0)))
  } catch (reason) {
    throw new DamagedContent(`a stored body cannot be decompressed: ${(reason as Error).message}`)
  }
}

/** Converts the Buffer that drivers return to a plain Uint8Array. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
