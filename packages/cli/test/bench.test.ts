import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunningSimulator, type ScenarioInput, serveSimulator } from '@sluice/simulator'
import type { BenchmarkReport } from 'sluice/benchmark'
import { afterEach, describe, expect, it } from 'vitest'
import { finished, sluice, startSluice, temporaryFolder, untilRequests } from './run-sluice.ts'
import { schemaErrors } from './schema-errors.ts'

let server: RunningSimulator | undefined

async function serve(scenario: ScenarioInput): Promise<string> {
  server = await serveSimulator({ scenario })
  return server.url
}

afterEach(async () => {
  await server?.close()
  server = undefined
})

const few = ['-n', '6', '--levels', '1,2,6', '--repeat', '2']
/** Sequential, reused, 2 and 6 at once, auto; two rounds of six; to warm up 2 and 6, then 6. */
const mostOfFew = 2 * 5 * 6 + 2 + 6 + 6

describe('sluice bench', () => {
  it('shows a row for each way, what is best and why, and what to type next', async () => {
    const api = await serve({ latency: '10ms' })
    const { code, stdout, stderr } = await sluice(['bench', `${api}/products/[1-6]`, ...few])

    expect(code).toBe(0)
    const lines = stdout.split('\n')
    expect(lines[1]).toMatch(/^at once +time +range +req\/s +speed-up +effic\. +p50 +p95 +p99 +429s +errors$/)
    expect(lines.slice(2, 7).map((line) => /^[* ] (1, new conn\.|1, reused|2|6|auto: \d+) /.exec(line)?.[1])).toEqual([
      '1, new conn.',
      '1, reused',
      '2',
      '6',
      expect.stringMatching(/^auto: \d$/),
    ])
    expect(Math.max(...lines.slice(0, -3).map(({ length }) => length))).toBeLessThanOrEqual(100)
    expect(stdout).toMatch(/^\* .* sweet spot /m)
    expect(stdout).toMatch(/^ {2}limited by {2}/m)
    expect(stdout).toMatch(/^ {2}next {8}sluice fetch 'http:.*\/products\/\[1-6\]' -c \d+$/m)
    expect(stderr).toContain(`at most ${mostOfFew} requests to ${new URL(api).host}`)
    expect(stderr).toContain('then 2 and 6 at once, and the automatic limit')
  })

  it('never sends more than it has announced, whatever the API says', async () => {
    const api = await serve({ latency: '5ms', faults: '503:20%,reset:10%', limit: 'fixed:200/s' })
    const { stderr } = await sluice(['bench', `${api}/products/[1-6]`, ...few])

    const announced = Number(/at most (\d+) requests/.exec(stderr)?.[1])
    expect(announced).toBe(mostOfFew)
    expect(server!.stats().requests).toBeLessThanOrEqual(announced)
    expect(server!.stats().requests).toBeGreaterThan(announced / 2)
    expect(server!.stats().largestAtOnce).toBeLessThanOrEqual(6)
  })

  it('takes the first of more URLs than it needs, and says so', async () => {
    const api = await serve({ latency: 0 })
    const args = ['-n', '2', '--levels', '1', '--repeat', '1', '--no-auto']
    const typed = await sluice(['bench', `${api}/products/[1-500]`, ...args])
    const listed = await sluice(['bench', '-i', '-', ...args], {
      stdin: Array.from({ length: 5 }, (_, index) => `${api}/products/${index + 1}\n`).join(''),
    })

    expect(typed.stderr).toContain('only the first 2 of 500 URLs are used; -n uses more')
    expect(listed.stderr).toContain('only the first 2 requests of the input are used; -n uses more')
    expect(server!.stats().paths).toEqual({ '/products/:id': 8 })
    expect(server!.simulator.arrivals.every(({ path }) => /\/[12]$/.test(path))).toBe(true)
  })

  it('keeps to a rate that is given, and names it as what limits', async () => {
    const api = await serve({ latency: 0 })
    const { code, stdout } = await sluice(['bench', `${api}/products/1`, ...few, '--repeat', '1', '--rate', '50/s'])

    expect(code).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/limited by a rate limit: .* for the configured rate 50\/s;/)
    expect(server!.stats().refused).toBe(0)
  })

  it('refuses an input without requests', async () => {
    const { code, stderr } = await sluice(['bench', '-i', '-'], { stdin: '# none\n' })

    expect([code, stderr]).toEqual([2, 'error: there is nothing to measure: the input has no requests\n'])
  })

  describe('asks before it sends', () => {
    it('to another machine, and without a terminal sends nothing', async () => {
      const { code, stdout, stderr } = await sluice(['bench', 'https://api.example.test/items', '-n', '3'])

      expect(code).toBe(2)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/error: nothing was sent: --yes allows up to \d+ requests to api\.example\.test\n$/)
    })

    it('with a method that may change something, wherever it goes; --yes is the answer', async () => {
      const api = await serve({ latency: 0 })
      const refused = await sluice(['bench', `${api}/echo`, '-d', 'x=1', ...few])
      expect(refused.code).toBe(2)
      expect(refused.stderr).toContain(`--yes allows up to ${mostOfFew} POST requests to ${new URL(api).host}`)
      expect(server!.stats().requests).toBe(0)

      const allowed = await sluice(['bench', `${api}/echo`, '-d', 'x=1', ...few, '--yes'])
      expect(allowed.code).toBe(0)
      expect(server!.simulator.arrivals.every(({ method }) => method === 'POST')).toBe(true)
      expect(allowed.stdout).toMatch(/next +sluice fetch .*\/echo -d x=1 -c \d/)
    })
  })

  describe('as JSON', () => {
    it('writes what the schema says, and nothing else to stdout', async () => {
      const api = await serve({ latency: '5ms' })
      const { code, stdout, stderr } = await sluice(['bench', `${api}/products/[1-6]`, ...few, '--json', '-'])

      const report = JSON.parse(stdout) as BenchmarkReport
      expect(code).toBe(0)
      expect(schemaErrors('bench', report)).toEqual([])
      expect(report.rows.map(({ mode }) => mode)).toEqual(['sequential', 'reused', 'concurrent', 'concurrent', 'auto'])
      expect(report.sentRequests).toBe(server!.stats().requests)
      expect(stdout).not.toMatch(/\d\.\d{4}/)
      expect(stderr).toContain('sweet spot')
    })

    it('does so if requests fail, and names why, without secrets', async () => {
      const api = await serve({ latency: 0, faults: '503:40%' })
      const cwd = temporaryFolder()
      const args = ['bench', `${api}/products/geheim-4711`, ...few, '-H', 'X-Key: env:KEY', '--json', 'b.json']
      const { stdout } = await sluice(args, { cwd, env: { KEY: 'geheim-4711' } })

      const text = readFileSync(join(cwd, 'b.json'), 'utf8')
      const report = JSON.parse(text) as BenchmarkReport
      expect(schemaErrors('bench', report)).toEqual([])
      expect(report.errors!.map(({ status }) => status)).toContain(404)
      expect(text + stdout).not.toContain('geheim-4711')
      expect(stdout).toMatch(/errors +\d+ x SLUICE_/)
    })
  })

  it.each([
    ['every answer is 401', '/status/401', 4],
    ['every answer is 500', '/status/500', 3],
  ])('ends with its own exit code if %s', async (_what, path, expected) => {
    const api = await serve({ latency: 0 })
    const { code, stdout } = await sluice(['bench', `${api}${path}`, ...few])

    expect(code).toBe(expected)
    expect(stdout).toContain('none: no request succeeded')
    // The first row has shown it.
    expect(server!.stats().requests).toBe(6)
  })

  it('ends with 6 if nothing can be reached', async () => {
    const api = await serve({ latency: 0 })
    await server!.close()
    const { code, stdout } = await sluice(['bench', `${api}/products/1`, ...few])

    expect(code).toBe(6)
    expect(stdout).toContain('SLUICE_CONNECT')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at once with %s, writes nothing, and exits with %d', async (signal, expected) => {
    const api = await serve({ latency: '20s' })
    const cwd = temporaryFolder()
    const child = startSluice(['bench', `${api}/products/1`, ...few, '--json', 'b.json', '--report', 'b.html'], { cwd })
    const ending = finished(child)
    child.stdin.end()
    await untilRequests(server!, 1)
    child.kill(signal)

    const { code, stdout } = await ending
    expect([code, stdout]).toEqual([expected, ''])
    expect(readdirSync(cwd)).toEqual([])
  })

  it.each([
    [['--levels', '1,two'], '--levels: expected a whole number from 1 up, got "two"'],
    [['-n', '0'], '--count: expected a whole number from 1 up, got "0"'],
    [['--report', 'bench.pdf'], '--report: expected a name that ends in .html or .md, got "bench.pdf"'],
    [['--report', 'nowhere/bench.html'], 'there is no folder nowhere'],
    [['--json', 'nowhere/bench.json'], 'there is no folder nowhere'],
    [['--save-profile', '../x'], '--save-profile: expected a name of letters, digits, dots and dashes, got "../x"'],
  ])('refuses %j before anything is sent', async (args, message) => {
    const api = await serve({ latency: 0 })
    const { code, stderr } = await sluice(['bench', `${api}/products/1`, ...args])

    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(server!.stats().requests).toBe(0)
  })

  it('takes from the settings files what it has in common with fetch', async () => {
    const api = await serve({ latency: 0 })
    const cwd = temporaryFolder()
    writeFileSync(
      join(cwd, 'sluice.config.json'),
      JSON.stringify({ baseUrl: api, header: ['X-Team: blue'], concurrency: 3, json: '{"a":1}' }),
    )
    const { code, stderr } = await sluice(['bench', '/products/1', '-n', '1', '--repeat', '1'], { cwd })

    expect([code, stderr]).toEqual([0, expect.stringContaining(`requests to ${new URL(api).host}`)])
    expect(server!.simulator.arrivals.every(({ method }) => method === 'GET')).toBe(true)
  })
})

describe('a profile', () => {
  it('is kept by bench, and used by fetch below flags and variables, and above settings files', async () => {
    const api = await serve({ latency: '10ms' })
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'sluice.profiles.json'), '{"other":{"concurrency":2,"note":"mine"}}')
    const { stdout } = await sluice(
      ['bench', `${api}/products/[1-6]`, '-n', '6', '--levels', '1,3', '--no-auto', '--save-profile', 'items'],
      { cwd },
    )
    expect(stdout).toMatch(/next +sluice fetch .* --profile items$/m)

    const profiles = JSON.parse(readFileSync(join(cwd, 'sluice.profiles.json'), 'utf8')) as Record<string, unknown>
    expect(profiles).toEqual({
      other: { concurrency: 2, note: 'mine' },
      items: {
        concurrency: expect.any(Number),
        measuredAt: expect.stringMatching(/^\d{4}-.*Z$/),
        hosts: [new URL(api).host],
        limitedBy: expect.any(String),
      },
    })
    expect(readdirSync(cwd)).toEqual(['sluice.profiles.json'])

    writeFileSync(join(cwd, 'sluice.config.json'), '{"concurrency":1,"perHost":4}')
    const atOnce = async (args: readonly string[], env: Record<string, string> = {}): Promise<number> => {
      server!.simulator.reset()
      const { code } = await sluice(['fetch', `${api}/products/[1-30]`, ...args], { cwd, env })
      expect(code).toBe(0)
      return server!.stats().largestAtOnce
    }
    expect(await atOnce([])).toBe(1)
    expect(await atOnce(['--profile', 'other'])).toBe(2)
    expect(await atOnce([], { SLUICE_PROFILE: 'other' })).toBe(2)
    expect(await atOnce(['--profile', 'other', '-c', '3'])).toBe(3)
    expect(await atOnce(['--profile', 'other'], { SLUICE_CONCURRENCY: '3' })).toBe(3)
  })

  it('is used by resume too, above what the run began with', async () => {
    const api = await serve({ latency: '20ms' })
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'sluice.profiles.json'), '{"slow":{"concurrency":1}}')
    const child = startSluice(['fetch', `${api}/products/[1-40]`, '-c', '8', '--store', '--name', 'k'], { cwd })
    const ending = finished(child)
    child.stdin.end()
    await untilRequests(server!, 10)
    child.kill('SIGKILL')
    await ending
    server!.simulator.reset()

    const { code } = await sluice(['resume', 'k', '--profile', 'slow'], { cwd })
    expect(code).toBe(0)
    expect(server!.stats().largestAtOnce).toBe(1)
  })

  it('that nobody knows is an error with a suggestion, and one without a file says how to make it', async () => {
    const cwd = temporaryFolder()
    const without = await sluice(['fetch', 'http://127.0.0.1:9/x', '--profile', 'items'], { cwd })
    expect(without.stderr).toContain('sluice bench URL --save-profile items creates it')
    writeFileSync(join(cwd, 'sluice.profiles.json'), '{"items":{}}')
    const { code, stderr } = await sluice(['fetch', 'http://127.0.0.1:9/x', '--profile', 'itmes'], { cwd })

    expect([without.code, code]).toEqual([2, 2])
    expect(stderr).toContain('has no profile "itmes", there is items; did you mean "items"?')
  })

  it('is not kept in a file that is damaged: nothing is sent, and the file is left as it is', async () => {
    const api = await serve({ latency: 0 })
    const cwd = temporaryFolder()
    for (const damaged of ['{"a": {', '[]', '{"a": 5}']) {
      writeFileSync(join(cwd, 'sluice.profiles.json'), damaged)
      const { code, stderr } = await sluice(['bench', `${api}/products/1`, '--save-profile', 'items'], { cwd })

      expect(code).toBe(2)
      expect(stderr).toContain(`error: ${join(cwd, 'sluice.profiles.json')}: `)
      expect(readFileSync(join(cwd, 'sluice.profiles.json'), 'utf8')).toBe(damaged)
    }
    expect(server!.stats().requests).toBe(0)
  })

  it('is not kept if nothing is best', async () => {
    const api = await serve({ latency: 0 })
    const cwd = temporaryFolder()
    const { stderr } = await sluice(['bench', `${api}/status/500`, ...few, '--save-profile', 'items'], { cwd })

    expect(stderr).toContain('the profile items is not saved')
    expect(existsSync(join(cwd, 'sluice.profiles.json'))).toBe(false)
  })
})
