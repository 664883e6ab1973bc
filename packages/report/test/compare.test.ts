import { expect, it } from 'vitest'
import { attribute, cellsOf, parsePage, textOf, within } from '../../../test/pages/parsed-page.ts'
import { compareRuns, comparisonHtml, comparisonMarkdown } from '../src/index.ts'
import { sampleRun } from './sample-run.ts'
import { expectSound } from './sound-page.ts'

const before = { ...sampleRun(), title: 'monday', throughput: 50 }
const now = {
  ...before,
  title: 'tuesday',
  throughput: 60,
  failed: 0,
  succeeded: 10_000,
  errors: [],
  attemptMs: { ...before.attemptMs, p95: 390 },
  statuses: { 200: 10_000 },
}

it('compares every figure of two runs, and says which are better or worse by 5 % or more', () => {
  const { figures } = compareRuns(now, before)
  const of = (group: string, name: string) => figures.find((one) => one.group === group && one.name === name)
  expect(of('run', 'Results per second')).toMatchObject({ before: 50, now: 60, percent: 20, verdict: 'better' })
  expect(of('run', 'Failed')).toMatchObject({ before: 300, now: 0, difference: -300, percent: -100, verdict: 'better' })
  expect(of('attempt times', 'p95')).toMatchObject({ before: 312, now: 390, percent: 25, verdict: 'worse' })
  expect(of('attempt times', 'p50')).not.toHaveProperty('verdict')
  expect(of('results by status', '503')).toMatchObject({ before: 84, now: 0, difference: -84 })
  expect(of('failures by code', 'SLUICE_SERVER')).toMatchObject({ now: 0 })
  expect(figures.filter(({ group }) => group === 'waits').length).toBeGreaterThan(2)
})

it('says better or worse where nothing was before, without a per cent of nothing', () => {
  const { figures } = compareRuns(before, { ...now, attempts: { 200: 5 } })
  expect(figures.find(({ name }) => name === 'Failed')).toEqual({
    group: 'run',
    name: 'Failed',
    unit: 'count',
    before: 0,
    now: 300,
    difference: 300,
    verdict: 'worse',
  })
  expect(figures.some(({ group }) => group === 'attempts by status')).toBe(false)
})

it('is a page with a table of each group, and one table in Markdown', () => {
  const page = parsePage(comparisonHtml(compareRuns(now, before)))
  expectSound(page)
  expect(textOf(page.all('h1')[0])).toBe('tuesday compared with monday')
  const times = page.all('table').find((one) => textOf(within(one, 'caption')[0]).startsWith('Times of one attempt'))!
  expect(cellsOf(times)[0]).toEqual(['Figure', 'monday', 'tuesday', 'Difference', 'Per cent', 'Verdict'])
  expect(cellsOf(times)[3]).toEqual(['p95', '312 ms', '390 ms', '+78 ms', '+25 %', 'worse'])
  const marked = page.all('tr').filter((row) => attribute(row, 'class') === 'best')
  const better = compareRuns(now, before).figures.filter(({ verdict }) => verdict === 'better')
  expect(marked.map((row) => textOf(within(row, 'td').at(-1)!))).toEqual(better.map(() => 'better'))
  const markdown = comparisonMarkdown(compareRuns(now, before))
  expect(markdown).toContain('## Worse: p95. Better: Failed, Results per second.')
  expect(markdown).toMatch(/\| p95 +\| +312 ms \| +390 ms \| +\+78 ms \| +\+25 % \| +\*\*worse\*\* \|/)
})

it('shows names from elsewhere as text', () => {
  const hostile = '<img src=x onerror=alert(1)>\u202e'
  const named = {
    ...now,
    title: hostile,
    statuses: { [hostile]: 3 },
    waitedMs: { [hostile]: 9 },
    spent: { [hostile]: 1 },
  }
  const page = parsePage(comparisonHtml(compareRuns(named, { ...before, spent: {} })))
  expectSound(page)
  expect(page.all('img')).toEqual([])
  expect(textOf(page.all('main')[0])).not.toContain('\u202e')
  expect(textOf(page.all('main')[0])).toContain('<img src=x')
  expect(comparisonMarkdown(compareRuns(named, before))).not.toMatch(/[^\\`]<img/)
})
