import { Writable } from 'node:stream'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { streamSink } from '../outputs/stream-sink.ts'
import { type TableOptions, tableWriter } from './table-writer.ts'
import { cleanText, fitText } from './text.ts'

async function lines(records: readonly object[], options: TableOptions = {}): Promise<string[]> {
  let text = ''
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString()
      done()
    },
  })
  const writer = tableWriter(streamSink(stream), options)
  for (const record of records) await writer.write(record)
  await writer.close()
  return text.split('\n').slice(0, -1)
}

const good = { ok: true, id: '1', url: 'https://x/1', status: 200, ms: 203.1, attempts: 1 }
const bad = {
  ok: false,
  id: 'https://x/2',
  url: 'https://x/2',
  status: 404,
  ms: 12,
  attempts: 4,
  error: { code: 'SLUICE_CLIENT_ERROR', message: '' },
}

describe('tableWriter', () => {
  it('has one line for each result, below a header', async () => {
    expect(await lines([good, bad])).toEqual([
      '    status       time  attempts  request',
      '✓   200        203 ms         1  1  https://x/1',
      '✗   404         12 ms         4  https://x/2  SLUICE_CLIENT_ERROR',
    ])
  })

  it('has a dash for a call without a response', async () => {
    expect((await lines([{ ...bad, status: undefined }]))[1]).toMatch(/^✗ {3}- /)
  })

  it('never goes beyond the width', async () => {
    const long = { ...bad, id: '商品'.repeat(100), url: `https://x/${'a'.repeat(300)}` }
    for (const width of [45, 60, 80, 200]) {
      const [, line = ''] = await lines([long], { width: () => width })
      expect(stringWidth(line)).toBeLessThanOrEqual(width)
      expect(line).toContain('商')
    }
  })

  it('repeats in colour what the mark says', async () => {
    const [header, first, second] = await lines([good, bad], { colour: true })
    expect(header).toContain('\u001b[2m')
    expect(first?.startsWith('\u001b[32m✓')).toBe(true)
    expect(second?.startsWith('\u001b[31m✗')).toBe(true)
  })

  it('uses only ASCII if configured', async () => {
    const text = (await lines([good, { ...bad, id: 'a'.repeat(300) }], { ascii: true })).join('')
    expect(text).toMatch(/^[\x20-\x7e]+$/)
    expect(text).toContain('ok  200')
    expect(text).toContain('no  404')
  })

  it('lets nothing through that steers the terminal', async () => {
    const [, line] = await lines([
      { ...bad, id: 'a\u001b[2J\u001b]0;title\u0007b\r\nc\u009b31m\u202ed', error: { code: 'X\u001b[31m' } },
    ])
    expect(line).toMatch(/^[\x20-\x7e✗]+$/)
  })
})

describe('cleanText', () => {
  it('makes one line of text, without escape sequences', () => {
    expect(cleanText('a\u001b[31mred\u001b[0m\r\n\tb\u0000c')).toBe('ared b c')
    expect(cleanText('Zoë 日本 😀')).toBe('Zoë 日本 😀')
  })
})

describe('fitText', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['日本語', 6, '日本語'],
    ['👩‍👩‍👧a', 2, '…'],
    ['abc', 0, ''],
  ])('cuts %s to %i columns as %j', (text, width, cut) => {
    expect(fitText(text, width)).toBe(cut)
  })
})
