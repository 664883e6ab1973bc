import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type RunningSimulator, type ScenarioInput, serveSimulator } from '@sluice/simulator'
import { afterEach, describe, expect, it } from 'vitest'
import { finished, type RunOptions, sluice, startSluice, temporaryFolder, untilRequests } from './run-sluice.ts'

let server: RunningSimulator

async function serve(scenario: ScenarioInput): Promise<string> {
  server = await serveSimulator({ scenario })
  return server.url
}

afterEach(() => server.close())

/** Starts the command, waits until the server has seen so many requests, and kills it. */
async function startAndKill(args: readonly string[], options: RunOptions, requests: number): Promise<void> {
  const child = startSluice(args, options)
  const end = finished(child)
  child.stdin.on('error', () => {})
  child.stdin.end(options.stdin ?? '')
  await untilRequests(server, requests)
  child.kill('SIGKILL')
  await end
}

describe('a stored run', () => {
  it('continues where it was killed, as typed, and is exported whole', async () => {
    const api = await serve({ latency: 30 })
    const cwd = temporaryFolder()
    const store = ['--store', 'sqlite:run.db']
    const args = ['fetch', `${api}/products/[1-300]`, '-c', '10', ...store, '--name', 'k', '-o', 'k.csv']
    await startAndKill(args, { cwd }, 100)
    expect(existsSync(join(cwd, 'k.csv'))).toBe(false)

    const killed = await sluice(['runs', 'show', 'k', '--json', ...store], { cwd })
    const shown = JSON.parse(killed.stdout) as { state: string; succeeded: number }
    expect(shown.state).toBe('interrupted')
    expect(shown.succeeded).toBeGreaterThan(60)

    const resumed = await sluice(['resume', ...store], { cwd })
    expect(resumed.code).toBe(0)
    expect(resumed.stderr).toContain('sluice export k --store sqlite:run.db -o k.jsonl')
    // What was in flight, and what was answered in the milliseconds since the last commit.
    expect(server.stats().requests).toBeLessThanOrEqual(300 + 20)

    const { records } = await sluice(['export', 'k', ...store, '-o', '-'], { cwd })
    expect(records.map(({ index }) => index)).toEqual(Array.from({ length: 300 }, (_, index) => index))
    expect(records[41]).toMatchObject({ id: `${api}/products/42`, ok: true, status: 200, data: { id: 42 } })
    expect(readdirSync(cwd).sort()).toEqual(['k.csv', 'run.db'])
    expect(readFileSync(join(cwd, 'k.csv'), 'utf8').trim().split('\n')).toHaveLength(301)

    const again = await sluice(['resume', 'k', ...store], { cwd })
    expect([again.code, again.stderr]).toEqual([0, 'k is finished: 300 succeeded, 0 failed\n'])
  })

  it('does failures again, those that are meant, and leaves successes alone', async () => {
    const api = await serve({ latency: 1 })
    const cwd = temporaryFolder()
    const list = [`${api}/status/503`, `${api}/status/404`, `${api}/products/1`].join('\n')
    const args = [
      'fetch',
      '-i',
      '-',
      '--attempts',
      '1',
      '--store',
      '--name',
      'k',
      '-o',
      'all.csv',
      '--select',
      'index,status',
    ]
    const { code, stderr } = await sluice(args, { cwd, stdin: list })
    expect(code).toBe(3)
    expect(stderr).toContain('sluice retry k')
    expect(readFileSync(join(cwd, 'all.csv'), 'utf8')).toBe('index,status\n0,503\n1,404\n2,200\n')
    expect(existsSync(join(cwd, '.sluice/runs.db'))).toBe(true)

    const some = await sluice(['retry', 'k', '--status', '5xx'], { cwd })
    expect(some.code).toBe(3)
    expect(server.stats().requests).toBe(4)
    expect((await sluice(['retry', 'k', '--older-than', '1h'], { cwd })).stderr).toContain(
      'there are no failures to retry',
    )
    await sluice(['retry', 'k'], { cwd })
    expect(server.stats().requests).toBe(6)
    const shown = await sluice(['runs', 'show', 'k'], { cwd })
    expect(shown.stdout).toContain('3 of 3 done')
    expect(shown.stdout).toContain('6 sent, 2.00 per item')
  })

  it('is exported with the fields of the run, unless others are chosen', async () => {
    const api = await serve({ latency: 1 })
    const cwd = temporaryFolder()
    const args = ['-i', '-', '--url', `${api}/products/{sku}`, '--input-format', 'csv', '--keep-columns']
    const stdin = 'sku,shop\n1,north\n2,south\n'
    await sluice(['fetch', ...args, '--select', 'price=data.price', '--store', '--name', 'k'], { cwd, stdin })
    const exported = async (...flags: string[]): Promise<string> =>
      (await sluice(['export', 'k', '-o', 'csv:-', ...flags], { cwd })).stdout

    expect(await exported()).toMatch(/^sku,shop,price\n1,north,[\d.]+\n2,south,[\d.]+\n$/)
    expect(await exported('--select', 'status')).toBe('status\n200\n200\n')
    expect(await exported('--select', '*')).toMatch(/^index,id,/)
    const { records } = await sluice(['export', 'k'], { cwd })
    expect(records[1]).toEqual({ sku: '2', shop: 'south', price: expect.any(Number) })
  })

  it('is resumed to its end after --max-time, which is for one start', async () => {
    const api = await serve({ latency: 30 })
    const cwd = temporaryFolder()
    const args = ['fetch', `${api}/products/[1-60]`, '-c', '2', '--store', '--name', 'k', '--max-time', '300ms']
    expect((await sluice(args, { cwd })).code).toBe(7)

    expect(await sluice(['resume', 'k', '-c', '2'], { cwd })).toMatchObject({ code: 0 })
    expect((await sluice(['runs', 'show', 'k'], { cwd })).stdout).toContain('60 of 60 done')
  })

  it('begins or continues with --resume, says when it is finished, and hands its summary to --on-end', async () => {
    const api = await serve({ latency: 30 })
    const cwd = temporaryFolder()
    const args = ['fetch', `${api}/products/[1-60]`, '-c', '2', '--store', '--name', 'k', '--resume']
    const first = await sluice([...args, '--max-time', '300ms', '--on-end', 'cat > end.json; exit 3'], { cwd })
    expect(first.code).toBe(7)
    expect(first.stderr).toContain('stopped: --max-time 300ms is over')
    expect(first.stderr).toContain('--on-end: the command ended with 3')
    const end = JSON.parse(readFileSync(join(cwd, 'end.json'), 'utf8')) as Record<string, number>
    expect(end).toMatchObject({ exitCode: 7, total: 60, unfinished: 60 - end.succeeded! })
    expect((await sluice(['runs', 'show', 'k'], { cwd })).stdout).toContain(`${end.succeeded} of 60 done`)

    const second = await sluice([...args, '-c', '30'], { cwd })
    expect([second.code, second.stderr]).toEqual([0, expect.stringContaining('k: continuing after')])
    const sent = server.stats().requests
    const third = await sluice(args, { cwd })
    expect([third.code, third.stderr]).toEqual([0, 'k is finished: 60 succeeded, 0 failed\n'])
    expect(server.stats().requests).toBe(sent)
    expect((await sluice([...args, `${api}/more`], { cwd })).stderr).toContain('k was started with other URLs')
    const none = await sluice(['resume'], { cwd })
    expect([none.code, none.stderr]).toEqual([0, expect.stringContaining('nothing to do')])
  })

  it('is kept if it was stopped before the first answer, and sends the same idempotency keys again', async () => {
    await serve({})
    const keys: unknown[] = []
    const silent = createServer((request, response) => {
      keys.push(request.headers['idempotency-key'])
      if (keys.length > 2) response.end('{}')
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/[1-2]`
    const cwd = temporaryFolder()
    const args = ['fetch', url, '-X', 'POST', '--idempotency-key', '--store', '--name', 'k', '--grace', '100ms']

    const stopped = await sluice([...args, '--max-time', '500ms'], { cwd })
    const resumed = await sluice(['resume', 'k', '--max-time', '1min'], { cwd })
    silent.closeAllConnections()
    silent.close()

    expect([stopped.stderr, resumed.code]).toEqual([expect.stringContaining('sluice resume k'), 0])
    expect(keys.slice(2).sort()).toEqual(keys.slice(0, 2).sort())
  })

  it('is not kept if its input cannot be read at all', async () => {
    await serve({})
    const cwd = temporaryFolder()
    const { code, stderr } = await sluice(['fetch', '-i', 'nope.txt', '--store', '--name', 'k'], { cwd })
    expect([code, stderr]).toEqual([2, 'error: nope.txt: there is no such file\n'])
    expect((await sluice(['runs'], { cwd })).stderr).toContain('there are no runs')
  })

  it('refuses an input that has changed, and says what to do', async () => {
    const api = await serve({ latency: 20 })
    const cwd = temporaryFolder()
    const urls = Array.from({ length: 400 }, (_, index) => `${api}/products/${index + 1}`)
    writeFileSync(join(cwd, 'urls.txt'), `${urls.join('\n')}\n`)
    await startAndKill(['fetch', '-i', 'urls.txt', '--store', 'run.db', '--name', 'k'], { cwd }, 50)
    appendFileSync(join(cwd, 'urls.txt'), `${api}/products/401\n`)

    const changed = await sluice(['resume', 'k', '--store', 'run.db'], { cwd })
    expect(changed.code).toBe(2)
    expect(changed.stderr).toMatch(/urls\.txt: it is \d+ bytes, .* restore it, or start a new run/)
    const forced = await sluice(['resume', 'k', '--store', 'run.db', '--force', '-c', '50'], { cwd })
    expect(forced.code).toBe(0)
    expect(forced.stderr).toContain('401 succeeded')
  })

  it('needs nothing of what came through a pipe, and keeps no secret', async () => {
    const api = await serve({ latency: 20 })
    const cwd = temporaryFolder()
    const env = { TOKEN: 'geheimnis-4711' }
    const lines = Array.from({ length: 300 }, (_, index) => `${api}/products/${index + 1}`).join('\n')
    const auth = ['--auth', 'bearer:env:TOKEN', '-H', 'X-Api-Key: literal-0815']
    const args = ['fetch', '-i', '-', '--store', 'run.db', '--name', 'k', ...auth]
    await startAndKill(args, { cwd, stdin: lines, env }, 50)

    const missing = await sluice(['resume', 'k', '--store', 'run.db'], { cwd, env })
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('k: -H had a typed secret, which is not stored; give it again')
    const resumed = await sluice(['resume', 'k', '--store', 'run.db', '-H', 'X-Api-Key: literal-0815'], { cwd, env })
    expect(resumed.code).toBe(0)
    expect(resumed.stderr).toContain('run        k in sqlite:')
    expect(resumed.stderr).toContain('300 succeeded')
    const kept = readFileSync(join(cwd, 'run.db'), 'latin1')
    expect(kept).toContain('bearer:env:TOKEN')
    expect(kept).not.toContain('geheimnis')
    expect(kept).not.toContain('literal-0815')
  })

  it('refuses a key in a URL that was typed, because it could not continue without it', async () => {
    const api = await serve({})
    const { code, stderr } = await sluice(['fetch', `${api}/products/1?api_key=geheim`, '--store'])
    expect(code).toBe(2)
    expect(stderr).toContain('api_key=***')
    expect(stderr).not.toContain('geheim')
    expect(server.stats().requests).toBe(0)
  })

  it('is worked on by one process at a time, and cannot be forgotten meanwhile', async () => {
    const api = await serve({ latency: 50 })
    const cwd = temporaryFolder()
    const child = startSluice(['fetch', `${api}/products/[1-2000]`, '-c', '2', '--store', 'run.db', '--name', 'k'], {
      cwd,
    })
    const end = finished(child)
    await untilRequests(server, 5)

    for (const verb of [
      ['resume', 'k'],
      ['retry', 'k'],
      ['runs', 'rm', 'k'],
    ]) {
      const { code, stderr } = await sluice([...verb, '--store', 'run.db'], { cwd })
      expect([verb[0], code]).toEqual([verb[0], 2])
      expect(stderr).toContain(`process ${child.pid}`)
    }
    const taken = await sluice(['fetch', `${api}/products/1`, '--store', 'run.db', '--name', 'k'], { cwd })
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('a run called k already exists')])
    expect((await sluice(['runs', '--store', 'run.db'], { cwd })).stdout).toMatch(/k +being worked on/)

    child.kill('SIGINT')
    const stopped = await end
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain('sluice resume k --store run.db')
    expect((await sluice(['runs', 'rm', 'k', '--store', 'run.db'], { cwd })).code).toBe(0)
    expect((await sluice(['runs', '--store', 'run.db'], { cwd })).stderr).toContain('there are no runs')
  })

  it('puts aside what has to wait long, says until when, and ends with 7', async () => {
    const api = await serve({ limit: 'fixed:5/1h', latency: 1 })
    const cwd = temporaryFolder()
    const { code, stderr } = await sluice(
      ['fetch', `${api}/products/[1-12]`, '-c', '1', '--max-retry-after', '1min', '--store', 'run.db', '--name', 'k'],
      { cwd },
    )
    expect(code).toBe(7)
    expect(stderr).toMatch(/5 succeeded, 7 parked until \d{4}-.* or later, not finished/)
    const shown = await sluice(['runs', 'show', 'k', '--store', 'run.db'], { cwd })
    expect(shown.stdout).toContain('waiting')
    expect(shown.stdout).toMatch(/7 parked until .* UTC or later/)
    const sent = server.stats().requests
    expect((await sluice(['resume', 'k', '--store', 'run.db'], { cwd })).code).toBe(7)
    expect(server.stats().requests).toBe(sent)
  })

  it.each([
    [['--store', 'postgres:me:geheim'], 'expected postgres:'],
    [['--detach'], '--detach needs a store that many machines reach'],
    [['--detach', '--store', 'run.db'], '--detach needs a store that many machines reach'],
    [['--detach', '--store', 'postgres://db.test/x', '-o', 'out.csv'], '-o with --detach'],
    [['--store', 'https://api.test/1'], 'put it before --store'],
    [['--store', '.'], 'expected sqlite:PATH'],
    [['--store', 'sqlite:/proc/x/run.db'], '/proc'],
    [['--store', 'run.db', '--ordered'], '--ordered'],
  ])('reports the problem with %j', async (flags, problem) => {
    const api = await serve({})
    const { code, stderr } = await sluice(['fetch', `${api}/products/1`, ...flags])
    expect(code).toBe(2)
    expect(stderr).toContain(problem)
    expect(stderr).not.toMatch(/ {4}at |geheim/)
    expect(server.stats().requests).toBe(0)
  })

  it('says which file is no store, and leaves it alone', async () => {
    await serve({})
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'notes.db'), 'not a database at all, but somebody’s notes\n'.repeat(100))
    const { code, stderr } = await sluice(['runs', '--store', 'notes.db'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toContain('notes.db')
    expect(readFileSync(join(cwd, 'notes.db'), 'utf8')).toContain('somebody’s notes')
  })
})
