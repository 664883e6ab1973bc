import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { salvageBody } from './decode-body.ts'

const text = 'The quick brown fox jumps over the lazy dog. '.repeat(2_000)
const encoders = [
  ['gzip', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['br', zlib.brotliCompressSync],
  ['zstd', zlib.zstdCompressSync],
] as const

const salvaged = async (bytes: Uint8Array, coding: string, limit = 1_000_000) =>
  Buffer.from(await salvageBody(bytes, coding, limit)).toString()

describe('salvageBody', () => {
  it.each(encoders)('decodes %s that is whole', async (coding, encode) => {
    expect(await salvaged(encode(text), coding)).toBe(text)
  })

  it.each(encoders)('gives a plain body back that claims to be %s', async (coding) => {
    expect(await salvaged(Buffer.from('slow down, please'), coding)).toBe('slow down, please')
  })

  it.each(['gzip', 'deflate'] as const)('decodes as much as there is of %s that was cut', async (coding) => {
    const encoded = encoders.find(([name]) => name === coding)![1](Buffer.from(text))
    const part = await salvaged(encoded.subarray(0, encoded.byteLength - 10), coding)
    expect(part.length).toBeGreaterThan(0)
    expect(text.startsWith(part)).toBe(true)
  })

  it.each(encoders)('stops at the limit in %s', async (coding, encode) => {
    expect(await salvaged(encode(text), coding, 100)).toBe(text.slice(0, 100))
  })

  it('leaves a coding that it does not know as it is', async () => {
    expect(await salvaged(Buffer.from('???'), 'lzma')).toBe('???')
  })
})
