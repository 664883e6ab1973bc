import { describe, expect, it } from 'vitest'
import { cellsOf, parsePage, textOf, within } from '../../../test/pages/parsed-page.ts'
import { type RunReport, runHtml, runMarkdown } from '../src/index.ts'
import { sampleRun } from './sample-run.ts'
import { expectSound, withAllNumbers } from './sound-page.ts'

const sample = sampleRun()
const page = parsePage(runHtml(sample))

function tableOf(caption: string): string[][] {
  const table = page.all('table').find((one) => textOf(within(one, 'caption')[0]).startsWith(caption))
  return table === undefined ? [] : cellsOf(table)
}

function headerOf(report: RunReport): string[] {
  return within(parsePage(runHtml(report)).all('header')[0]!, 'p').map((line) => textOf(line))
}

describe('the page of a run', () => {
  it('says first what came out, how long it took, and what held it back', () => {
    expect(headerOf(sample)).toEqual([
      'Sluice · Run · 20 November 2026 at 11:04 UTC',
      '9,700 of 10,000 succeeded, 300 failed',
      'In 3 m 20 s: 50.1 results a second from 10,618 requests, 1.06 for each. Limited by the configured rate 55/s: calls waited for it 84 % of the time.',
    ])
  })

  it('says why it was stopped', () => {
    const [, verdict, reason] = headerOf({
      ...sample,
      stopped: 'Ctrl+C',
      done: 4_000,
      succeeded: 3_900,
      failed: 100,
      unfinished: 6_000,
    })
    expect(verdict).toBe('3,900 of 10,000 succeeded, 100 failed, 6,000 unfinished')
    expect(reason).toBe('Stopped: Ctrl+C')
  })

  it.each<[string, Partial<RunReport>]>([
    ['All 10,000 succeeded', { succeeded: 10_000, failed: 0 }],
    ['All 10,000 failed', { succeeded: 0, failed: 10_000 }],
    ['Nothing done, 5 unfinished', { done: 0, succeeded: 0, failed: 0, unfinished: 5 }],
    ['Nothing to do', { done: 0, succeeded: 0, failed: 0 }],
    ['10 of 12 succeeded, none failed, 2 unfinished', { done: 10, succeeded: 10, failed: 0, unfinished: 2 }],
  ])('can begin with: %s', (verdict, change) => {
    expect(headerOf({ ...sample, ...change })[1]).toBe(verdict)
  })

  it('has its parts in order', () => {
    expect(page.all('h2').map((heading) => textOf(heading))).toEqual([
      'Over time',
      'Errors',
      'Statuses',
      'Times of the attempts',
      'Waits',
      'The first calls',
    ])
  })

  it('has the figures of each drawing in a table', () => {
    expect(tableOf('Final statuses').slice(1, 3)).toEqual([
      ['200', '', '9,412', '94 %'],
      ['204', '', '288', '3 %'],
    ])
    expect(tableOf('Time in which').slice(1)).toEqual([
      ['the configured rate 55/s', '', '2 m 48 s', '84 %'],
      ['the API, which requested a wait (Retry-After)', '', '15.0 s', '8 %'],
      ['the number in flight', '', '12.7 s', '6 %'],
      ['backoff between attempts, all calls added up', '', '1 m 36 s', '–'],
    ])
    expect(tableOf('Time within which').map(([name, , time]) => `${name} ${time}`)).toEqual([
      'Percentile Time',
      'p50 156 ms',
      'p90 241 ms',
      'p95 312 ms',
      'p99 604 ms',
      'max 10.0 s',
    ])
    expect(tableOf('Failures with')[1]).toEqual([
      'SLUICE_RESPONSE',
      '171',
      '404 Not Found',
      'GET https://api.example.com/v2/products/10442',
    ])
    expect(tableOf('Per second')).toHaveLength(101)
    expect(tableOf('Each call')).toHaveLength(61)
  })

  it('stays below 300 kB for a run of a million requests with as much in each list as there can be', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => index % 977)
    const html = runHtml({
      ...sample,
      title: '&'.repeat(1_000_000),
      statuses: Object.fromEntries(many.map((count, index) => [`S${index}`, count])),
      waitedMs: Object.fromEntries(many.slice(0, 1_000).map((ms, index) => [`limit ${index}`, ms])),
      errors: Array.from({ length: 1_000 }, (_, count) => ({
        code: `E${count}`,
        message: '"'.repeat(10_000),
        count,
        example: '<'.repeat(10_000),
      })),
      series: { sliceMs: 1_000, succeeded: many, failed: many, throttled: many, p50Ms: many, p95Ms: many },
      waterfall: Array.from({ length: 1_000 }, (_, index) => ({
        ...sample.waterfall[index % 60]!,
        index,
        id: '>'.repeat(500),
      })),
    })
    expect(Buffer.byteLength(html)).toBeLessThan(300_000)
  })
})

describe('a run of which little is known', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0, Number.MAX_VALUE, 5e-324])(
    'has a page and a summary even if all numbers are %d',
    (number) => {
      const report = withAllNumbers(sample, number) as RunReport
      expectSound(parsePage(runHtml(report)))
      expect(runMarkdown(report)).not.toMatch(/NaN|Infinity|undefined/)
    },
  )

  it('has a page and a summary without anything in its lists', () => {
    const { limitedBy: _, ...rest } = sample
    const empty = { sliceMs: 1_000, succeeded: [], failed: [], throttled: [], p50Ms: [], p95Ms: [] }
    const report: RunReport = { ...rest, statuses: {}, waitedMs: {}, errors: [], series: empty, waterfall: [] }
    const parsed = parsePage(runHtml(report))
    expectSound(parsed)
    expect(parsed.all('h2').map((heading) => textOf(heading))).toEqual(['Times of the attempts'])
    expect(runMarkdown(report)).toContain('The limit of the run is unknown.')
  })

  it('draws how many attempts took how long as cells, and tolerates invalid counts and bands', () => {
    expect(runHtml(sample)).toContain('class="heat heat-5"')
    const times = [[[Number.NaN, 3] as const, [16, Number.NaN] as const, [-400, 2] as const, [9_999, 1] as const]]
    const series = { sliceMs: 1_000, succeeded: [1], failed: [0], throttled: [0], p50Ms: [7], p95Ms: [9], times }
    expectSound(parsePage(runHtml({ ...sample, series })))
    expect(runHtml({ ...sample, series })).not.toContain('NaN')
  })

  it('has a page with a single slice and a single call', () => {
    const { series } = sample
    const one = { sliceMs: 1_000, succeeded: [1], failed: [0], throttled: [0], p50Ms: [null], p95Ms: [null] }
    expectSound(parsePage(runHtml({ ...sample, elapsedMs: 3, series: one, waterfall: sample.waterfall.slice(0, 1) })))
    expect(series.succeeded).toHaveLength(200)
  })
})

describe('the summary of a run', () => {
  it('has the headline, the figures, the throughput as letters, and the errors', () => {
    const lines = runMarkdown(sample, { version: '1.2.3' }).split('\n')
    expect(lines[0]).toBe('## 9,700 of 10,000 succeeded, 300 failed')
    expect(lines.find((line) => line.startsWith('| Took'))).toMatch(/3 m 20 s \|$/)
    expect(lines.find((line) => line.startsWith('Results per second:'))).toMatch(
      /^Results per second: `[▁-█·]{50}` at most \d/,
    )
    expect(lines.filter((line) => line.startsWith('- **'))[0]).toBe(
      '- **171×** `SLUICE_RESPONSE` 404 Not Found, first `GET https://api.example.com/v2/products/10442`',
    )
    expect(lines.at(-2)).toBe('Sluice 1.2.3, 20 November 2026 at 11:04 UTC')
  })
})
