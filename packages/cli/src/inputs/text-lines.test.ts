import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TextLine, textLines } from './text-lines.ts'

async function read(chunks: readonly (string | Uint8Array)[], limit?: number): Promise<TextLine[]> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  }
  const lines: TextLine[] = []
  for await (const batch of textLines(bytes(), { limit })) lines.push(...batch.lines)
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

  it('drops a byte order mark', async () => {
    expect(texts(await read(['\ufeffa\nb']))).toEqual(['a', 'b'])
  })

  it('reads the same however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''))),
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

  it('reports a line that is not UTF-8 in its place, and reads on', async () => {
    const lines = await read([Buffer.from('a\n'), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from('b\n')])
    expect(lines[1]).toEqual({ number: 2, text: '', problem: 'not valid UTF-8; save the file as UTF-8' })
    expect(texts(lines)).toEqual(['a', '', 'b'])
  })

  it('reports a line that is too long in its place, and reads on', async () => {
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
