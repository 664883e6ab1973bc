import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { gzipBomb } from './gzip-bomb.ts'

const mebibyte = 1024 * 1024

describe('gzipBomb', () => {
  it.each([1, 1_000, mebibyte, mebibyte + 1, 3 * mebibyte - 1])('is a valid gzip file of %d zeros', (size) => {
    const { chunks, length } = gzipBomb(size)
    const packed = Buffer.concat([...chunks])
    expect(packed.byteLength).toBe(length)
    const unpacked = gunzipSync(packed)
    expect(unpacked.byteLength).toBe(size)
    expect(unpacked.every((byte) => byte === 0)).toBe(true)
  })

  it('is small beside what it unpacks to, and made once', () => {
    const bomb = gzipBomb(200_000_000)
    expect(bomb.length).toBeLessThan(250_000)
    expect(gzipBomb(200_000_000)).toBe(bomb)
  })
})
