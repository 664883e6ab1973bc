import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TextLine, textLines } from './text-lines.ts'

async function read(chunks: readonly (string | Uint8Array)[], limit?: number, byNul?: boolean): Promise<TextLine[]> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  }
  const lines: TextLine[] = []
  for await (const batch of textLines(bytes(), { limit, byNul })) lines.push(...batch.lines)
  return lines
}

const texts = (lines: readonly TextLine[]): string[] => lines.map((line) => line.text)

describe('textLines', () => {
  it('numbers lines from 1, and needs no line feed at the end', async () => {
    expect(await read(['a\nb\n\nc'])).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: 'b' },
      { number: 3, text: '' },
      { number: 4, text: 'c' },
    ])
  })

  it('has no line after the last line feed, and none in an empty file', async () => {
    expect(texts(await read(['a\n']))).toEqual(['a'])
    expect(await read([])).toEqual([])
  })

  it('ends lines at carriage returns alone too, and at CR CR LF once', async () => {
    expect(await read(['a\rb\r\rc\r'])).toEqual([
      { number: 1, text: 'a', endsInReturn: true },
      { number: 2, text: 'b', endsInReturn: true },
      { number: 3, text: '', endsInReturn: true },
      { number: 4, text: 'c\r' },
    ])
    expect(await read(['a\r\r\nb\r\nc\n'])).toEqual([
      { number: 1, text: 'a\r\r' },
      { number: 2, text: 'b\r' },
      { number: 3, text: 'c' },
    ])
  })

  it('holds no more than a line of a file without line feeds', async () => {
    const piece = Buffer.from('0123456789abcde\r'.repeat(64))
    const lines = await read(
      Array.from({ length: 200 }, () => piece),
      1_024,
    )
    expect(lines).toHaveLength(200 * 64)
    expect(lines.every(({ text, problem }) => problem === undefined && /^0123456789abcde\r?$/.test(text))).toBe(true)
  })

  it('takes linear time for nothing but carriage returns', async () => {
    const startedAt = performance.now()
    expect(await read([Buffer.alloc(100_000, '\r'), 'x'])).toHaveLength(100_001)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  it('ends items at NUL and nowhere else where that is wanted', async () => {
    expect(texts(await read(['a\nb\0c\r', 'd\0\xe9\0e'], undefined, true))).toEqual(['a\nb', 'c\rd', 'é', 'e'])
  })

  it('drops a byte order mark', async () => {
    expect(texts(await read(['\ufeffa\nb']))).toEqual(['a', 'b'])
  })

  it('reads the same however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''))),
        fc.integer({ min: 1, max: 7 }),
        async (lines, size) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          )
          expect(texts(await read(chunks))).toEqual(lines)
        },
      ),
    )
  })

  it('tells how many bytes the lines so far are, whatever they are', async () => {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('\ufeffa\nä')
      yield Buffer.from(`b\nc\n${'x'.repeat(50)}`)
      yield Buffer.from('x\nd')
    }
    const ends: number[] = []
    for await (const batch of textLines(bytes(), { limit: 40 })) ends.push(batch.end)
    expect(ends).toEqual([5, 11, 63, 64])
  })

  it('counts on from the lines that came before', async () => {
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a\nb')
    }
    const numbers: number[] = []
    for await (const { lines } of textLines(bytes(), { linesBefore: 41 }))
      numbers.push(...lines.map((line) => line.number))
    expect(numbers).toEqual([42, 43])
  })

  it('reports a line that is not UTF-8 in its place, and continues reading', async () => {
    const lines = await read([Buffer.from('a\n'), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from('b\n')])
    expect(lines[1]).toEqual({ number: 2, text: '', problem: 'not valid UTF-8; save the file as UTF-8' })
    expect(texts(lines)).toEqual(['a', '', 'b'])
  })

  it('reports a line that is too long in its place, and continues reading', async () => {
    const long = 'x'.repeat(600)
    const lines = await read(['a\n', long, long, `${long}\nb\nc`, '\n', long, long], 1_024)
    expect(lines.map((line) => line.problem ?? line.text)).toEqual([
      'a',
      'longer than 1 KiB; a request must fit in one line of that size',
      'b',
      'c',
      'longer than 1 KiB; a request must fit in one line of that size',
    ])
    expect(lines.map((line) => line.number)).toEqual([1, 2, 3, 4, 5])
  })

  it('reads a line of exactly the limit', async () => {
    expect(texts(await read(['xxxx', 'xxxx\n'], 8))).toEqual(['xxxxxxxx'])
    expect((await read(['xxxx', 'xxxxx\n'], 8))[0]?.problem).toBeDefined()
  })
})
