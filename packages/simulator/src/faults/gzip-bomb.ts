import { constants, crc32, deflateRawSync } from 'node:zlib'
import type { Content } from './content.ts'

const mebibyte = 1024 * 1024

/** Few sizes are ever requested; further ones are not cached. */
const maxCached = 8
const cache = new Map<number, Content>()

/**
 * A valid gzip file of a single member that decompresses to `size` zeros.
 *
 * One compressed mebibyte is repeated, so that it takes a few kilobytes of memory at any size.
 */
export function gzipBomb(size: number): Content {
  const known = cache.get(size)
  if (known !== undefined) return known
  const bomb = build(size)
  if (cache.size >= maxCached) cache.delete(cache.keys().next().value!)
  cache.set(size, bomb)
  return bomb
}

function build(size: number): Content {
  const zeros = Buffer.alloc(mebibyte)
  // A full flush ends on a byte boundary and refers to nothing before it, so the block can be repeated anywhere.
  const block = deflateRawSync(zeros, { finishFlush: constants.Z_FULL_FLUSH })
  const blocks = Math.floor(size / mebibyte)
  const rest = zeros.subarray(0, size % mebibyte)
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
  const last = deflateRawSync(rest)
  const trailer = Buffer.alloc(8)
  let checksum = 0
  for (let index = 0; index < blocks; index++) checksum = crc32(zeros, checksum)
  trailer.writeUInt32LE(crc32(rest, checksum), 0)
  trailer.writeUInt32LE(size % 2 ** 32, 4)

  return {
    length: header.byteLength + blocks * block.byteLength + last.byteLength + trailer.byteLength,
    chunks: {
      *[Symbol.iterator]() {
        yield header
        for (let index = 0; index < blocks; index++) yield block
        yield last
        yield trailer
      },
    },
  }
}
