import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Upload } from './upload.ts'

type Source = () => AsyncIterable<Uint8Array>

/** Bytes of an upload, and how it ends. */
async function read(make: unknown): Promise<string> {
  const upload = new Upload(make as Source)
  let text = ''
  try {
    for await (const chunk of upload) text += Buffer.from(chunk).toString()
    return `${text}|end`
  } catch (error) {
    expect(error).toBe(upload.fault)
    return `${text}|${(error as { code: string }).code}: ${(error as Error).message}`
  }
}

const prefix = 'SLUICE_BODY_SOURCE: the body of the request could not be read: '

describe('Upload', () => {
  it('gives what its source gives, texts as UTF-8', async () => {
    expect(
      await read(async function* () {
        yield Buffer.from('a')
        yield 'é'
      }),
    ).toBe('aé|end')
    expect(await read(() => Readable.from([Buffer.from('x'), Buffer.from('y')]))).toBe('xy|end')
    expect(await read(() => [Buffer.from('l')])).toBe('l|end')
  })

  it.each([
    ['a web stream', () => new Blob(['abc']).stream()],
    ['a stream of Node', () => Readable.from([Buffer.from('abc')])],
    [
      'a generator',
      () =>
        (async function* () {
          yield Buffer.from('abc')
        })(),
    ],
  ])('is never sent empty because %s was read before', async (_, make) => {
    const once = make()
    expect(await read(() => once)).toBe('abc|end')
    expect(await read(() => once)).toBe(
      `|${prefix}the stream was read before: the body function must return a new one for each attempt`,
    )
    const chunks = [Buffer.from('l')]
    expect([await read(() => chunks), await read(() => chunks)]).toEqual(['l|end', 'l|end'])
  })

  it.each([
    [
      'throws at once',
      () => {
        throw new Error('no')
      },
      '|',
      'no',
    ],
    [
      'fails in the middle',
      async function* () {
        yield Buffer.from('a')
        throw new Error('disk read failed')
      },
      'a|',
      'disk read failed',
    ],
    [
      'rejects with text',
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject('odd') }) }),
      '|',
      'odd',
    ],
    ['gives nothing', () => undefined, '|', 'the body function must return an async iterable of bytes'],
    ['gives a number', () => 7, '|', 'the body function must return an async iterable of bytes'],
    ['gives a promise', async () => [], '|', 'the body function must return an async iterable of bytes'],
    [
      'gives a promise that fails',
      () => Promise.reject(new Error('late')),
      '|',
      'the body function must return an async iterable of bytes',
    ],
    [
      'yields numbers',
      async function* () {
        yield 7
      },
      '|',
      "expected bytes from the body's source, got number",
    ],
    [
      'yields bytes that were transferred',
      async function* () {
        const bytes = Uint8Array.of(1)
        structuredClone(bytes, { transfer: [bytes.buffer] })
        yield bytes
      },
      '|',
      'the bytes are gone: their ArrayBuffer was transferred or has shrunk',
    ],
    [
      'yields null',
      async function* () {
        yield null
      },
      '|',
      "expected bytes from the body's source, got object",
    ],
    [
      'is a file that is not there',
      () => createReadStream('/nowhere/at/all'),
      '|',
      "ENOENT: no such file or directory, open '/nowhere/at/all'",
    ],
  ])('ends with a fault of its own if the source %s', async (_name, make, text, message) => {
    expect(await read(make)).toBe(`${text}${prefix}${message}`)
  })

  it('gives chunks of their own, although the source fills one buffer again and again', async () => {
    const upload = new Upload(async function* () {
      const buffer = new Uint8Array(2)
      for (let round = 0; round < 3; round++) yield buffer.fill(round)
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of upload) chunks.push(chunk)
    expect(chunks.map(String)).toEqual(['0,0', '1,1', '2,2'])
  })

  it('does not copy the chunks of a stream', async () => {
    const chunk = Buffer.from('abc')
    for await (const given of new Upload(() => Readable.from([chunk]))) expect(given).toBe(chunk)
  })

  it('closes its source when reading stops', async () => {
    let isClosed = false
    const upload = new Upload(async function* () {
      try {
        for (;;) yield Buffer.from('a')
      } finally {
        isClosed = true
      }
    })
    for await (const _ of upload) break
    expect(isClosed).toBe(true)
  })

  it('closes a stream whose next chunk never comes, and makes no source after it was closed', async () => {
    const stream = new Readable({ read() {} })
    const upload = new Upload(() => stream)
    const iterator = upload[Symbol.asyncIterator]()
    void iterator.next().catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    upload.close()
    expect(stream.destroyed).toBe(true)
  })
})
