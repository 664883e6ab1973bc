import { randomBytes } from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { acceptEncoding, decodeBody } from './decode-body.ts'
import { BodyError } from './errors.ts'

const text = 'The quick brown fox jumps over the lazy dog. '.repeat(50)
const plain = Buffer.from(text)
const mebibyte = 1024 * 1024

const encoders: [string, (bytes: Uint8Array) => Uint8Array][] = [
  ['gzip', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['br', zlib.brotliCompressSync],
  ['zstd', zlib.zstdCompressSync],
]

describe('decodeBody', () => {
  it.each(encoders)('undoes %s, however its name is written', async (coding, encode) => {
    const encoded = encode(plain)
    expect(asText(await decodeBody(encoded, coding, mebibyte, 200))).toBe(text)
    expect(asText(await decodeBody(encoded, ` ${coding.toUpperCase()} `, mebibyte, 200))).toBe(text)
  })

  it('undoes deflate that is not wrapped, as some servers send it', async () => {
    expect(asText(await decodeBody(zlib.deflateRawSync(plain), 'deflate', mebibyte, 200))).toBe(text)
    const stored = zlib.deflateRawSync(randomBytes(100_000), { level: 0 })
    expect((await decodeBody(stored, 'deflate', mebibyte, 200)).byteLength).toBe(100_000)
  })

  it('undoes gzip of several members', async () => {
    const members = Buffer.concat([zlib.gzipSync('one '), zlib.gzipSync('two')])
    expect(asText(await decodeBody(members, 'gzip', mebibyte, 200))).toBe('one two')
  })

  it('knows x-gzip as gzip', async () => {
    expect(asText(await decodeBody(zlib.gzipSync(plain), 'x-gzip', mebibyte, 200))).toBe(text)
  })

  it('undoes zstd of several frames, and passes over what is to be skipped', async () => {
    const skippable = Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]), Buffer.from('skip')])
    const [one, two] = [zlib.zstdCompressSync('one '), zlib.zstdCompressSync('two')]
    for (const frames of [
      [one, two],
      [one, skippable, two],
      [skippable, one, two, skippable],
    ]) {
      expect(asText(await decodeBody(Buffer.concat(frames), 'zstd', mebibyte, 200))).toBe('one two')
    }
  })

  it('applies the limit to all zstd frames together', async () => {
    const frames = Buffer.concat([zlib.zstdCompressSync(Buffer.alloc(600)), zlib.zstdCompressSync(Buffer.alloc(600))])
    expect((await decodeBody(frames, 'zstd', 1_200, 200)).byteLength).toBe(1_200)
    expect(await refusal(frames, 'zstd', 1_199)).toMatchObject({ code: 'SLUICE_DECODED_TOO_LARGE' })
  })

  it.each(encoders)('says that a second %s that ends too early is no whole body', async (coding, encode) => {
    const twice = Buffer.concat([encode(plain), encode(plain)])
    const { code } = await refusal(twice.subarray(0, twice.byteLength - 3), coding, mebibyte)
    expect(['SLUICE_BODY_TRUNCATED', 'SLUICE_BAD_ENCODING']).toContain(code)
  })

  it.each(encoders.filter(([coding]) => coding !== 'gzip'))(
    'refuses %s with other bytes behind it',
    async (coding, encode) => {
      const encoded = Buffer.concat([encode(plain), Buffer.from('and more')])
      expect(await refusal(encoded, coding, mebibyte)).toMatchObject({ code: 'SLUICE_BAD_ENCODING' })
    },
  )

  const junk: [string, Uint8Array][] = [
    ['text', Buffer.from('and more')],
    ['one byte', Buffer.from([0x20])],
    ['zeros', Buffer.alloc(512)],
    ['zeros and text', Buffer.concat([Buffer.alloc(3), Buffer.from('junk')])],
  ]

  it.each(junk)('ignores %s behind gzip, as browsers and curl do', async (_, rest) => {
    const named = Buffer.from(zlib.gzipSync(plain))
    named[3] = 0x04 | 0x08 | 0x10
    const fields = Buffer.concat([Buffer.from([2, 0, 0x1f, 0x8b]), Buffer.from('a.txt\0with a comment\0')])
    const withFields = Buffer.concat([named.subarray(0, 10), fields, named.subarray(10)])
    const large = randomBytes(100_000)
    for (const [encoded, expected] of [
      [zlib.gzipSync(plain), plain],
      [withFields, plain],
      [Buffer.concat([zlib.gzipSync('one '), withFields]), Buffer.concat([Buffer.from('one '), plain])],
      [zlib.gzipSync(large), large],
      [zlib.gzipSync(''), Buffer.alloc(0)],
    ] as const) {
      const decoded = await decodeBody(Buffer.concat([encoded, rest]), 'gzip', mebibyte, 200)
      expect(Buffer.from(decoded).equals(expected)).toBe(true)
    }
  })

  it('refuses gzip with other bytes behind it whose checksum or length is wrong', async () => {
    for (const wrong of [-5, -1]) {
      const encoded = Buffer.concat([zlib.gzipSync(plain), Buffer.from('junk')])
      encoded[encoded.byteLength - 4 + wrong]! ^= 1
      expect(await refusal(encoded, 'gzip', mebibyte)).toMatchObject({ code: 'SLUICE_BAD_ENCODING' })
    }
  })

  it('says that gzip ends too early if only the start of another member is behind it', async () => {
    const encoded = zlib.gzipSync(plain)
    for (let length = 1; length < encoded.byteLength; length++) {
      const body = Buffer.concat([encoded, encoded.subarray(0, length)])
      expect(await refusal(body, 'gzip', mebibyte)).toMatchObject({ code: 'SLUICE_BODY_TRUNCATED' })
    }
  })

  it('applies the limit to all members together that have other bytes behind them', async () => {
    const members = Buffer.concat([
      zlib.gzipSync(Buffer.alloc(600)),
      zlib.gzipSync(Buffer.alloc(600)),
      Buffer.from('x'),
    ])
    expect((await decodeBody(members, 'gzip', 1_200, 200)).byteLength).toBe(1_200)
    expect(await refusal(members, 'gzip', 1_199)).toMatchObject({ code: 'SLUICE_DECODED_TOO_LARGE' })
  })

  it('refuses a zstd frame to be skipped that is longer than the body', async () => {
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 9, 0, 0, 0, 1])
    const body = Buffer.concat([zlib.zstdCompressSync(plain), skippable])
    expect(await refusal(body, 'zstd', mebibyte)).toMatchObject({ code: 'SLUICE_BODY_TRUNCATED' })
  })

  it.each(['UTF-8', 'none', 'binary', 'aws-chunked', 'iso-8859-1', 'application/json', 'utf-8, identity'])(
    'takes %s for no coding',
    async (coding) => {
      expect(await decodeBody(plain, coding, mebibyte, 200)).toBe(plain)
    },
  )

  it('undoes gzip beside a name that is no coding', async () => {
    expect(asText(await decodeBody(zlib.gzipSync(plain), 'aws-chunked, gzip', mebibyte, 200))).toBe(text)
  })

  it.each(encoders.filter(([coding]) => coding !== 'br'))(
    'undoes %s once if it was announced twice and applied once, and twice if applied twice',
    async (coding, encode) => {
      expect(asText(await decodeBody(encode(plain), `${coding}, ${coding}`, mebibyte, 200))).toBe(text)
      expect(asText(await decodeBody(encode(encode(plain)), `${coding}, ${coding}`, mebibyte, 200))).toBe(text)
    },
  )

  it('undoes two layers, the last named first', async () => {
    const encoded = zlib.brotliCompressSync(zlib.gzipSync(plain))
    expect(asText(await decodeBody(encoded, 'gzip, br', mebibyte, 200))).toBe(text)
    expect(asText(await decodeBody(encoded, 'identity, gzip,, br', mebibyte, 200))).toBe(text)
  })

  it.each([undefined, '', 'identity', 'Identity, identity, identity'])(
    'leaves a body as it is for %j',
    async (coding) => {
      expect(await decodeBody(plain, coding, mebibyte, 200)).toBe(plain)
    },
  )

  it.each(['gzip', 'br', 'unknown'])('takes an empty body as empty, whatever its coding: %s', async (coding) => {
    expect((await decodeBody(new Uint8Array(), coding, mebibyte, 304)).byteLength).toBe(0)
  })

  it('decodes every coding that it accepts', async () => {
    for (const coding of acceptEncoding.split(', ')) {
      const encode = encoders.find(([name]) => name === coding)![1]
      expect(asText(await decodeBody(encode(plain), coding, mebibyte, 200))).toBe(text)
    }
  })

  it.each([
    ['lzma', 'the body is encoded as "lzma", which is unknown'],
    ['gzip, compress', 'the body is encoded as "compress", which is unknown'],
    ['gzip, gzip, gzip', 'the body is encoded 3 times over'],
  ])('refuses %s', async (coding, message) => {
    expect(await refusal(plain, coding, mebibyte)).toEqual({ code: 'SLUICE_BAD_ENCODING', status: 203, message })
  })

  it.each(encoders)('says that a body which ends within its %s is cut short', async (coding, encode) => {
    const encoded = encode(plain)
    expect(await refusal(encoded.subarray(0, encoded.byteLength - 5), coding, mebibyte)).toEqual({
      code: 'SLUICE_BODY_TRUNCATED',
      status: 203,
      message: `the ${coding} body ends too early`,
    })
  })

  it.each(encoders)('reports a body that is not %s', async (coding) => {
    expect(await refusal(Buffer.from('\u007fthis is no such thing'), coding, mebibyte)).toEqual({
      code: 'SLUICE_BAD_ENCODING',
      status: 203,
      message: `the body is not valid ${coding}`,
    })
  })

  it.each(encoders)('unpacks %s up to the limit, and not a byte more', async (coding, encode) => {
    const encoded = encode(plain)
    expect((await decodeBody(encoded, coding, plain.byteLength, 200)).byteLength).toBe(plain.byteLength)
    expect(await refusal(encoded, coding, plain.byteLength - 1)).toEqual({
      code: 'SLUICE_DECODED_TOO_LARGE',
      status: 203,
      message: `the ${coding} body unpacks to more than ${plain.byteLength - 1} bytes (maxBody)`,
    })
  })

  it('applies the limit to each layer', async () => {
    const encoded = zlib.gzipSync(zlib.gzipSync(Buffer.alloc(mebibyte)))
    expect(await refusal(encoded, 'gzip, gzip', mebibyte - 1)).toMatchObject({ code: 'SLUICE_DECODED_TOO_LARGE' })
  })

  it.each([
    ['gzip', zlib.gzipSync],
    ['br', fastBrotli],
    ['zstd', zlib.zstdCompressSync],
  ] as const)('stops early at a %s bomb of 50 MB: 1 MiB is unpacked, and little more', async (coding, encode) => {
    const bomb = encode(Buffer.alloc(50_000_000))
    const before = process.memoryUsage()

    const { code } = await refusal(bomb, coding, mebibyte)

    const after = process.memoryUsage()
    expect(code).toBe('SLUICE_DECODED_TOO_LARGE')
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(8 * mebibyte)
    expect(after.external - before.external).toBeLessThan(24 * mebibyte)
  })
})

function fastBrotli(bytes: Uint8Array): Uint8Array {
  return zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3 } })
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

async function refusal(bytes: Uint8Array, coding: string, maxBody: number) {
  const error: unknown = await decodeBody(bytes, coding, maxBody, 203).catch((caught) => caught)
  if (!(error instanceof BodyError)) throw new Error(`not refused: ${String(error)}`)
  return { code: error.code, status: error.status, message: error.message }
}
