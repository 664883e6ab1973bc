import type { BenchmarkReport } from 'sluice/benchmark'
import type { BenchmarkRow } from 'sluice/internal'
import { describe, expect, it } from 'vitest'
import { attribute, cellsOf, parsePage, textOf, within } from '../../../test/pages/parsed-page.ts'
import { benchmarkHtml, benchmarkMarkdown } from '../src/index.ts'
import { sampleBenchmark } from './sample-benchmark.ts'
import { expectSound, withAllNumbers } from './sound-page.ts'

const sample = sampleBenchmark()
const page = parsePage(benchmarkHtml(sample, { version: '1.2.3' }))

describe('the page of a benchmark', () => {
  it('says first what was measured, when, and what came out', () => {
    const [header] = page.all('header')
    expect(textOf(page.all('h1')[0])).toBe('GET https://api.example.com/v2/products?page=1&fields=name,price,stock')
    expect(attribute(page.all('time')[0]!, 'datetime')).toBe('2026-11-20T10:52:00.000Z')
    expect(within(header!, 'p').map((line) => textOf(line))).toEqual([
      'Sluice · Benchmark · 20 November 2026 at 10:52 UTC',
      '10 at once: 12.8× as fast as one after another',
      '92.2 requests a second instead of 7.2. Limited by the capacity of the API.',
      expect.stringMatching(/^Evidence: one request takes 101 ms alone .* and the others wait there\.$/),
    ])
    expect(textOf(page.all('title')[0])).toBe('Benchmark: 10 at once: 12.8× as fast as one after another')
    expect(textOf(page.all('footer')[0])).toMatch(/^Made by Sluice 1\.2\.3\./)
  })

  it('shows the figures that matter most', () => {
    const tiles = within(page.all('dl')[0]!, 'div').map((tile) => textOf(tile))
    expect(tiles).toEqual([
      'Speed-up12.8×against one after another',
      'Requests per second7.2 → 92.2before → at the best',
      '95th percentile183 ms → 151 msof one request',
      'Requests sent3,385of 3,435 planned',
    ])
  })

  it('has a row for each that was measured, and marks the best', () => {
    const [head, ...rows] = cellsOf(page.all('table')[0]!)
    expect(head).toEqual('Mode,At once,Wall time,Requests/s,Speed-up,Efficiency,p50,p95,p99,429s,Errors'.split(','))
    expect(rows.map(([mode, atOnce]) => `${mode} ${atOnce}`)).toEqual([
      'Sequential 1',
      'Reused connection 1',
      'Concurrent 5',
      'Concurrentbest 10',
      'Concurrent 20',
      'Concurrent 50',
      'Auto 11',
    ])
    expect(rows[2]).toEqual('Concurrent,5,3.2 s3.15 – 3.20 s,46.9,6.5×,96 %,101 ms,147 ms,228 ms,0,4'.split(','))
    expect(page.elements.filter((element) => attribute(element, 'class') === 'best')).toHaveLength(1)
  })

  it('has its parts in order, under headings in order', () => {
    expect(page.all('h2').map((heading) => textOf(heading))).toEqual([
      'Before and after',
      'Throughput',
      'Latency',
      'Waterfalls',
      'Notes',
      'Targets',
      'What the columns mean',
    ])
    expect(page.all('h1')).toHaveLength(1)
    expect(page.all('main')).toHaveLength(1)
  })

  it('gives each drawing a name and a description with figures, and hides signs from those who only listen', () => {
    const drawings = page.all('svg').filter((svg) => attribute(svg, 'aria-hidden') !== 'true')
    expect(drawings).toHaveLength(5)
    for (const drawing of drawings) {
      expect(attribute(drawing, 'role')).toBe('img')
      expect(textOf(within(drawing, 'title')[0])).not.toBe('')
      expect(textOf(within(drawing, 'desc')[0])).toMatch(/\d/)
    }
  })

  it('names each table, and each column and row of it', () => {
    for (const table of page.all('table')) {
      expect(textOf(within(table, 'caption')[0])).not.toBe('')
      for (const cell of within(table, 'th')) expect(attribute(cell, 'scope')).toMatch(/^(col|row)$/)
    }
  })

  it('draws both waterfalls on the same time scale, and gives the figures of each bar', () => {
    const drawings = page.all('svg').filter((svg) => textOf(within(svg, 'title')[0]).startsWith('Waterfall,'))
    const scales = drawings.map((drawing) => within(drawing, 'text').map((label) => textOf(label)))
    expect(drawings).toHaveLength(2)
    expect(scales[0]).toEqual(scales[1])
    const figures = page.all('table').filter((table) => textOf(within(table, 'caption')[0]).startsWith('Each request'))
    expect(figures.map((table) => cellsOf(table).length)).toEqual([151, 151])
  })

  it('is small, requests nothing, and lets nothing run', () => {
    const html = benchmarkHtml(sample)
    expect(html.length).toBeLessThan(120_000)
    expect(html).toContain(`content="default-src 'none'; style-src 'sha256-`)
    expect(html).not.toMatch(/<script|<link|@import|url\((?!#)/)
    expect(page.problems).toEqual([])
  })

  it('stays below 300 kB with as many bars and texts as there can be', () => {
    const bars = Array.from({ length: 200 }, (_, index) => ({
      index,
      startMs: index * 1_234.5,
      queuedMs: 1_111.1,
      connectMs: 1_222.2,
      firstByteMs: 1_333.3,
      bodyMs: 1_444.4,
      ok: false,
      status: 503,
    }))
    const html = benchmarkHtml({
      ...sample,
      targets: Array.from({ length: 100 }, (_, index) => `${index}${'"'.repeat(5_000)}`),
      waterfalls: sample.waterfalls.map((one) => ({ ...one, bars })),
    })
    expect(Buffer.byteLength(html)).toBeLessThan(300_000)
  })
})

describe('the verdict', () => {
  const row = sample.rows[1]!
  it.each<[string, Partial<BenchmarkReport>]>([
    ['Nothing was measured', { rows: [], waterfalls: [] }],
    ['No request succeeded', { ...withoutSpot(), rows: sample.rows.map((one) => ({ ...one, rps: 0 })) }],
    ['No best concurrency was found', withoutSpot()],
    ['One at a time, over one connection: 1.4× the speed', { sweetSpot: 1 }],
    ['One at a time is best', { sweetSpot: 1, rows: [row] }],
    ['7 at once', { sweetSpot: 7 }],
    [
      '5 at once, yet not faster than one after another',
      { sweetSpot: 5, rows: sample.rows.map((one) => ({ ...one, speedup: 0.8 })) },
    ],
    ['10 at once', { rows: sample.rows.map((one) => ({ ...one, speedup: Number.NaN })) }],
  ])('can be: %s', (verdict, change) => {
    const report = { ...sample, ...change } as BenchmarkReport
    const lines = within(parsePage(benchmarkHtml(report)).all('header')[0]!, 'p').map((line) => textOf(line))
    expect(lines[1]).toBe(verdict)
    expect(benchmarkMarkdown(report)).toMatch(`## ${verdict}\n`)
  })

  function withoutSpot(): Partial<BenchmarkReport> {
    return { sweetSpot: undefined as never }
  }
})

describe('a benchmark of which little is known', () => {
  const strange = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0, Number.MAX_VALUE, 5e-324]

  it.each(strange)('has a page even if all numbers are %d', (number) => {
    const report = withAllNumbers(sample, number) as BenchmarkReport
    expectSound(parsePage(benchmarkHtml(report)))
    expect(benchmarkMarkdown(report)).not.toMatch(/NaN|Infinity|undefined/)
  })

  it.each<[string, readonly BenchmarkRow[]]>([
    ['no row', []],
    ['one row', sample.rows.slice(0, 1)],
    ['one level', sample.rows.slice(0, 2)],
    ['no row of a reused connection', sample.rows.filter(({ mode }) => mode !== 'reused')],
    ['only auto', sample.rows.slice(-1)],
    ['many levels', Array.from({ length: 60 }, (_, index) => ({ ...sample.rows[3]!, concurrency: index + 1 }))],
  ])('has a page with %s', (_, rows) => {
    const report = { ...sample, rows }
    const parsed = parsePage(benchmarkHtml(report))
    expectSound(parsed)
    expect(benchmarkMarkdown(report)).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('has a page without waterfalls, with one, and with a single bar', () => {
    const [first] = sample.waterfalls
    const one = { ...first!, bars: first!.bars.slice(0, 1) }
    for (const waterfalls of [[], [first!], [one], [one, { ...one, bars: [] }]]) {
      expectSound(parsePage(benchmarkHtml({ ...sample, waterfalls })))
    }
  })

  it('says so if a waterfall has only the first requests', () => {
    const captions = parsePage(benchmarkHtml({ ...sample, requestsPerRow: 500 })).all('figcaption')
    expect(captions.map((caption) => textOf(caption))).toContain('10 at once: the first 150 requests, done after 1.6 s')
  })

  it('has a page without notes and targets, which then has no headings for them', () => {
    const parsed = parsePage(benchmarkHtml({ ...sample, notes: [], targets: [] }))
    expectSound(parsed)
    expect(parsed.all('h2').map((heading) => textOf(heading))).not.toContain('Notes')
    expect(textOf(parsed.all('h1')[0])).toBe('No targets')
  })
})

describe('the summary of a benchmark', () => {
  it('has the verdict, what limits it, all rows, and the notes', () => {
    const lines = benchmarkMarkdown(sample, { version: '1.2.3' }).split('\n')
    expect(lines[0]).toBe('## 10 at once: 12.8× as fast as one after another')
    expect(lines[4]).toMatch(/^92\.2 requests a second instead of 7\.2\. \*\*Limited by the capacity of the API\*\*: /)
    expect(lines.filter((line) => line.startsWith('|'))).toHaveLength(9)
    expect(lines.filter((line) => line.startsWith('| **Concurrent (best)**'))).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith('- '))).toHaveLength(2)
    expect(lines.at(-2)).toBe('Sluice 1.2.3, 20 November 2026 at 10:52 UTC')
  })
})
