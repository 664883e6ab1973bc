import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunComparison, RunReport } from '@sluice/report'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { benchJsonSchema } from '../scripts/bench-json-schema.ts'
import type { RunSummary } from '../src/figures/run-figures.ts'
import { exampleBenchmark } from './example-benchmark.ts'
import { sluice, temporaryFolder } from './run-sluice.ts'
import { schemaErrors } from './schema-errors.ts'

let server: RunningSimulator
let api: string

beforeAll(async () => {
  server = await serveSimulator({ scenario: { latency: '5ms' } })
  api = server.url
})
afterAll(() => server.close())

/** 250 calls, of which 50 fail. */
async function storedRun(cwd: string, ...more: string[]): Promise<void> {
  const urls = [`${api}/products/[1-200]`, `${api}/status/404?n=[1-50]`]
  const { code } = await sluice(['fetch', ...urls, '-c', '20', '--store', '--name', 'my run', ...more], { cwd })
  expect(code).toBe(3)
}

describe('sluice report', () => {
  it('tells how a stored run went, from its results', async () => {
    const cwd = temporaryFolder()
    await storedRun(cwd, '--fail-on', '10%')
    const { code, stdout } = await sluice(['report', 'my run', '--format', 'json', '-o', '-'], { cwd })

    const report = JSON.parse(stdout) as RunReport
    expect(code).toBe(0)
    expect(report).toMatchObject({
      schema: 1,
      title: 'my run',
      done: 250,
      succeeded: 200,
      failed: 50,
      unfinished: 0,
      requests: 250,
      statuses: { 200: 200, 404: 50 },
      errors: [{ code: 'SLUICE_CLIENT_ERROR', count: 50 }],
      missed: ['threshold missed: 20 % failed, --fail-on is 10 %'],
    })
    expect(report).not.toHaveProperty('stopped')
    // On a slow machine slices are longer than a second, and their counts are parted.
    const sum = (counts: readonly number[]): number => Math.round(counts.reduce((total, count) => total + count, 0))
    expect([sum(report.series.succeeded), sum(report.series.failed)]).toEqual([200, 50])
    expect(report.series.p95Ms).toHaveLength(report.series.succeeded.length)
    expect(report.waterfall).toHaveLength(200)
    const starts = report.waterfall.map(({ startMs }) => startMs)
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
    expect(report.waterfall[0]).toMatchObject({ id: expect.stringContaining('/products/'), attempts: 1, ok: true })
  })

  it('is a page in this folder if nothing else is said, and says where', async () => {
    const cwd = temporaryFolder()
    await storedRun(cwd)
    const { code, stderr } = await sluice(['report', 'my run'], { cwd })

    expect([code, stderr]).toEqual([0, 'the report about my run is in my-run.html\n'])
    expect(readFileSync(join(cwd, 'my-run.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*my run[\s\S]*<\/html>\s*$/i)
    expect(readdirSync(cwd).sort()).toEqual(['.sluice', 'my-run.html'])
  })

  it('is made of a benchmark from its JSON, beside it, or as Markdown', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'b.json'), JSON.stringify(exampleBenchmark()))
    const page = await sluice(['report', 'b.json'], { cwd })
    const markdown = await sluice(['report', 'b.json', '-o', '-', '--format', 'md'], { cwd })

    expect([page.code, page.stderr]).toEqual([0, 'the report about b.json is in b.html\n'])
    expect(readFileSync(join(cwd, 'b.html'), 'utf8')).toMatch(/^<!doctype html>/i)
    expect(markdown.stdout).toContain('9.6')
    expect(markdown.stdout).toMatch(/^\| /m)
  })

  it.each([
    ['nothing', undefined, 'b.json: there is no such file'],
    ['text', 'hello', 'b.json: this is not JSON'],
    ['a list', [], 'expected an object'],
    ['something else', { name: 'x' }, 'schema: missing'],
    ['a later form', exampleBenchmark({ schema: 2 as 1 }), 'schema: expected 1, got 2'],
    ['rows that are none', { ...exampleBenchmark(), rows: [{}] }, 'rows[0].mode: missing'],
    ['a time that is text', { ...exampleBenchmark(), startedAt: 5 }, 'startedAt: expected text'],
    [
      'bars that are none',
      { ...exampleBenchmark(), waterfalls: [{ mode: 'auto', concurrency: 1, wallMs: 1 }] },
      'bars',
    ],
  ])('refuses %s with the place of what is wrong', async (_what, content, message) => {
    const cwd = temporaryFolder()
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    if (content !== undefined) writeFileSync(join(cwd, 'b.json'), text)
    const { code, stderr } = await sluice(['report', 'b.json'], { cwd })

    expect(code).toBe(2)
    expect(stderr).toContain('error: b.json: ')
    expect(stderr).toContain(message)
    expect(readdirSync(cwd).filter((name) => name !== 'b.json')).toEqual([])
  })

  it('names the runs there are if there is none of that name', async () => {
    const cwd = temporaryFolder()
    await storedRun(cwd)
    const { code, stderr } = await sluice(['report', 'yours'], { cwd })

    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('there is no run called yours; its newest runs are my run'),
    ])
  })

  it('takes from the example what the schema of bench allows', () => {
    expect(schemaErrors('bench', exampleBenchmark())).toEqual([])
  })

  it('reads by the form from which `npm run docs` has made the schema', () => {
    expect(readFileSync(join(import.meta.dirname, '../schemas/bench.schema.json'), 'utf8')).toBe(benchJsonSchema())
  })
})

describe('sluice bench --report', () => {
  it('writes the page besides the table, and the same page can be made of its JSON', async () => {
    const cwd = temporaryFolder()
    const args = ['bench', `${api}/products/[1-4]`, '-n', '4', '--levels', '1,4', '--repeat', '1']
    const { code, stdout, stderr } = await sluice([...args, '--report', 'b.md', '--json', 'b.json'], { cwd })
    expect([code, stdout]).toEqual([0, expect.stringContaining('sweet spot')])
    expect(stderr).toContain('the report is in b.md')

    await sluice(['report', 'b.json', '-o', 'again.md'], { cwd })
    const [written, again] = ['b.md', 'again.md'].map((name) => readFileSync(join(cwd, name), 'utf8'))
    expect(again).toBe(written)
  })
})

describe('sluice report --compare', () => {
  it('compares a run of the store with the summary of another, as JSON, and as a page with the table on stderr', async () => {
    const cwd = temporaryFolder()
    await storedRun(cwd)
    await sluice(['fetch', `${api}/products/[1-20]`, '-c', '2', '--summary', 'small.json', '-o', 'o.jsonl'], { cwd })

    const json = await sluice(['report', 'my run', '--compare', 'small.json', '--format', 'json', '-o', '-'], { cwd })
    const { comparedWith, figures } = JSON.parse(json.stdout) as RunComparison
    expect([json.code, comparedWith]).toEqual([0, { title: 'small' }])
    const done = figures.find(({ name }) => name === 'Done')
    expect(done).toMatchObject({ before: 20, now: 250, difference: 230, percent: 1_150 })
    expect(figures.find(({ name }) => name === '404')).toMatchObject({ before: 0, now: 50, difference: 50 })

    const page = await sluice(['report', 'small.json', '--compare', 'my run'], { cwd })
    expect(page.stderr).toMatch(/^ {2}Done +250 +20 +−230 +−92 %$/m)
    expect(page.stderr).toContain('the report about small.json is in small-compared-with-my-run.html')
    expect(readFileSync(join(cwd, 'small-compared-with-my-run.html'), 'utf8')).toContain('Results by status')

    writeFileSync(join(cwd, 'bench.json'), JSON.stringify(exampleBenchmark()))
    const wrong = await sluice(['report', 'my run', '--compare', 'bench.json'], { cwd })
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining(
        'bench.json: this is not what --summary or report --format json writes about a run: done: missing',
      ),
    ])
  })
})

describe('sluice fetch --report', () => {
  it('writes the page after the run, without a store', async () => {
    const cwd = temporaryFolder()
    const args = ['fetch', `${api}/products/[1-30]`, `${api}/status/404`, '--report', 'run.html', '-o', 'out.jsonl']
    const { code, stderr } = await sluice(args, { cwd })

    expect(code).toBe(3)
    expect(stderr).toContain('the report is in run.html')
    expect(readFileSync(join(cwd, 'run.html'), 'utf8')).toMatch(
      /^<!doctype html>[\s\S]*products\/\[1-30\][\s\S]*<\/html>\s*$/i,
    )
    expect(readdirSync(cwd).sort()).toEqual(['out.jsonl', 'run.html'])
  })

  it('writes it from the store, if the run is kept', async () => {
    const cwd = temporaryFolder()
    await storedRun(cwd, '--report', 'run.md')

    expect(readFileSync(join(cwd, 'run.md'), 'utf8')).toContain('my run')
  })

  it('refuses a name it cannot write before anything is sent', async () => {
    server.simulator.reset()
    const wrong = await sluice(['fetch', `${api}/products/1`, '--report', 'run.txt'])
    const nowhere = await sluice(['fetch', `${api}/products/1`, '--report', 'nowhere/run.html'])

    expect([wrong.code, nowhere.code]).toEqual([2, 2])
    expect(wrong.stderr).toContain('--report: expected a name that ends in .html or .md')
    expect(nowhere.stderr).toContain('there is no folder nowhere')
    expect(server.stats().requests).toBe(0)
  })
})

describe('the summary', () => {
  it.each([
    ['of a run', []],
    ['of a run that is kept', ['--store']],
  ])('%s is as its schema says', async (_what, more) => {
    const cwd = temporaryFolder()
    const urls = [`${api}/products/[1-5]`, `${api}/status/404`, `${api}/status/429`]
    await sluice(['fetch', ...urls, '--attempts', '1', '--summary', 's.json', ...more], { cwd })

    const summary = JSON.parse(readFileSync(join(cwd, 's.json'), 'utf8')) as RunSummary
    expect(schemaErrors('summary', summary)).toEqual([])
    expect(summary.errors).toHaveLength(2)
    expect(summary.protocols).toEqual({ 'http/1.1': 7 })
    expect(summary.bytes).toBeGreaterThan(100)
  })
})
