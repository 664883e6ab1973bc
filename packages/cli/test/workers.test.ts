import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { RunList } from '@sluice/dashboard'
import { type RunningSimulator, type ScenarioInput, serveSimulator } from '@sluice/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openRunDatabase } from '../../../test/postgres/index.ts'
import { pictureAt } from './picture-at.ts'
import { type Finished, finished, type RunOptions, sluice, startSluice, temporaryFolder } from './run-sluice.ts'

const password = 'geheim-4711'

/** A database, and a server to call. The URL has a password, though not every database asks for one. */
async function setUp(scenario: ScenarioInput = { latency: 5 }): Promise<{ api: RunningSimulator; options: Options }> {
  const api = await serveSimulator({ scenario })
  onTestFinished(() => api.close())
  const database = await openRunDatabase()
  onTestFinished(() => database.close())
  return { api, options: { cwd: temporaryFolder(), env: { SLUICE_STORE: withPassword(database.url) } } }
}

type Options = RunOptions & { readonly env: Readonly<Record<string, string>> }

function withPassword(text: string): string {
  const url = new URL(text)
  if (url.password === '') url.password = password
  return url.href
}

/** Waits until something is so; the test ends by its own time if it never is. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  // Some ask by a command: not all the time.
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 100))
}

/** An API that answers a number of requests, and all others only once it is released: a run cannot end before. */
async function heldApi(answered: number) {
  let requests = 0
  const released = Promise.withResolvers<void>()
  const server = createServer(async (_, response) => {
    requests++
    if (requests > answered) await released.promise
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests: () => requests, release: () => released.resolve() }
}

/** A worker that ends when nothing is left to do, in a process that has run the command before. */
function worker(options: Options, ...args: readonly string[]): Promise<Finished> {
  return sluice(['worker', '--until-done', ...args], options)
}

/** Starts a worker in a process of its own, and gathers what it says. */
function startWorker(args: readonly string[], options: Options) {
  const child = startSluice(['worker', ...args], options)
  const said = { text: '' }
  child.stderr.on('data', (text: string) => {
    said.text += text
  })
  return { child, said, end: finished(child) }
}

async function shown(name: string, options: Options): Promise<ShownRun> {
  const { stdout } = await sluice(['runs', 'show', name, '--json'], options)
  return JSON.parse(stdout) as ShownRun
}

interface ShownRun {
  readonly state: string
  readonly succeeded: number
  readonly failed: number
  readonly parked: number
  readonly read: number
  readonly shared: {
    readonly workers: readonly { readonly process: number; readonly chunks: number; readonly state: string }[]
    readonly chunks: { readonly waiting: number; readonly held: number; readonly done: number }
  }
}

async function exported(name: string, options: Options) {
  return (await sluice(['export', name, '-o', '-'], options)).records
}

function indexes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

describe('a run in PostgreSQL that one process does', () => {
  it('is kept, done again and exported as in a file', async () => {
    const { api, options } = await setUp()
    const list = [`${api.url}/products/1`, `${api.url}/status/503`].join('\n')
    const args = ['fetch', '-i', '-', '--store', options.env.SLUICE_STORE!, '--name', 'k', '--attempts', '1']
    const { code, stderr } = await sluice(args, { ...options, stdin: list })
    expect(code).toBe(3)
    expect(stderr).toContain('sluice retry k --store "$SLUICE_STORE"')
    expect(await exported('k', options)).toMatchObject([
      { index: 0, ok: true, data: { id: 1 } },
      { index: 1, ok: false, status: 503 },
    ])
    expect((await sluice(['retry', 'k'], options)).code).toBe(3)
    expect(api.stats().requests).toBe(3)
    expect((await sluice(['runs'], options)).stdout).toMatch(/^k +finished +2 +2 +1/m)
    expect((await sluice(['report', 'k'], options)).code).toBe(0)
    expect(await shown('k', options)).not.toHaveProperty('shared')
  })

  it('shows the password nowhere, not even where processes are listed', async () => {
    const { api, options } = await setUp({ latency: 200 })
    const url = new URL(options.env.SLUICE_STORE!)
    url.searchParams.set('password', password)
    const child = startSluice(['fetch', `${api.url}/products/[1-20]`, '-c', '1', '--store', url.href, '--name', 'k'], {
      cwd: options.cwd!,
    })
    const end = finished(child)
    await until(() => api.stats().requests > 0)
    const title = readFileSync(`/proc/${child.pid}/cmdline`, 'latin1')
    expect(title).not.toContain(password)
    child.kill('SIGINT')
    const { stderr, stdout } = await end
    expect(stderr).toContain('sluice resume k --store')
    expect(stderr).toMatch(/warning: --store: the password is on the command line/)
    expect(stdout + stderr).not.toContain(password)
  })

  it('says which database cannot be reached, and not with what password', async () => {
    const store = `postgres://me:${password}@127.0.0.1:1/runs`
    for (const args of [['runs'], ['runs', '--store', store]]) {
      const { code, stderr, stdout } = await sluice(args, { env: { SLUICE_STORE: store } })
      expect(code).toBe(2)
      expect(stderr).toContain('127.0.0.1:1')
      expect(stderr + stdout).not.toContain(password)
    }
  })
})

describe('a run that is left to workers', () => {
  it('is read by one command, and done by two workers, each item once', async () => {
    const { api, options } = await setUp()
    const begun = await sluice(['fetch', `${api.url}/products/[1-400]`, '--detach', '--name', 'k'], options)
    expect([begun.code, begun.stdout]).toEqual([0, 'k\n'])
    expect(begun.stderr).toMatch(/k: 400 items are in postgres.*, in 16 chunks/)
    expect(begun.stderr).toContain('sluice worker --store "$SLUICE_STORE"')
    expect(begun.stderr).toContain('sluice runs show k --store "$SLUICE_STORE" --watch')
    expect(api.stats().requests).toBe(0)
    expect(await shown('k', options)).toMatchObject({
      state: 'waiting for workers',
      shared: { chunks: { waiting: 16 } },
    })

    const ends = await Promise.all([worker(options), worker(options)])
    expect(ends.map(({ code }) => code)).toEqual([0, 0])
    expect(ends[0]!.stderr).toMatch(/worker \d+ on .*: up to 100 at once, for the runs in postgres/)
    expect(ends.map(({ stderr }) => stderr).join()).toContain('k is finished')
    expect(api.stats().requests).toBe(400)

    expect(await shown('k', options)).toMatchObject({ state: 'finished', succeeded: 400, shared: { workers: [] } })
    const records = await exported('k', options)
    expect(records.map(({ index }) => index)).toEqual(indexes(400))
    expect(records[41]).toMatchObject({ id: `${api.url}/products/42`, ok: true, data: { id: 42 } })
  })

  it('keeps its rate over all workers together', async () => {
    const { api, options } = await setUp({ latency: 5, limit: 'sliding:50/s' })
    await sluice(['fetch', `${api.url}/products/[1-150]`, '--rate', '50/s', '--detach', '--name', 'k'], options)
    await Promise.all([worker(options), worker(options), worker(options)])
    expect(await shown('k', options)).toMatchObject({ state: 'finished', succeeded: 150 })
    expect(api.stats().requests).toBe(150)
  })

  it('loses nothing when a worker is killed, and shows who is at it', async () => {
    const { options } = await setUp()
    const api = await heldApi(100)
    await sluice(['fetch', `${api.url}/products/[1-600]`, '-c', '40', '--detach', '--name', 'k'], options)
    const [killed, other] = [1, 2].map(() => startWorker(['-c', '20'], options))
    await until(async () => (await shown('k', options)).shared.workers.length === 2)
    await until(() => api.requests() > 100)
    const state = await shown('k', options)
    expect(state.state).toBe('being worked on')
    expect(state.shared.workers.map(({ process }) => process).sort()).toEqual(
      [killed!.child.pid!, other!.child.pid!].sort(),
    )
    expect((await sluice(['runs', 'show', 'k'], options)).stdout).toContain('being worked on by 2 workers')
    expect((await sluice(['runs'], options)).stdout).toMatch(/^k +being worked on by 2/m)
    killed!.child.kill('SIGKILL')
    api.release()

    const watched = await sluice(['runs', 'show', 'k', '--watch', '500ms'], options)
    expect(watched.code).toBe(0)
    expect(watched.stdout).toMatch(/k: finished, 600 of 600 done/)
    other!.child.kill('SIGTERM')
    expect((await other!.end).code).toBe(143)
    const records = await exported('k', options)
    expect(records.map(({ index }) => index)).toEqual(indexes(600))
    // At most what the killed one had in flight, and what it had not settled yet, was sent again.
    expect(api.requests()).toBeLessThanOrEqual(600 + 40)
  }, 120_000)

  it('is released by a worker that is stopped, which exits in order and reports it to probes', async () => {
    const { api, options } = await setUp({ latency: 300 })
    await sluice(['fetch', `${api.url}/products/[1-200]`, '-c', '5', '--detach', '--name', 'k'], options)
    const { child, said, end } = startWorker(['--health', '0', '--grace', '5s', '--dash'], options)
    await until(() => api.stats().requests >= 5)
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said.text)![0]
    const pages = /live pages: (\S+)/.exec(said.text)![1]!
    const list = (await pictureAt(pages)) as RunList
    expect(list).toMatchObject({
      runs: [{ name: 'k', total: 200, isActive: true, priority: 0 }],
      workers: [{ process: child.pid, state: 'working', chunks: { k: expect.any(Number) } }],
    })
    expect(await pictureAt(new URL(`runs/${list.runs[0]!.key}/`, pages).href)).toMatchObject({
      state: 'running',
      priority: 0,
      workers: [{ process: child.pid }],
      settings: { '-c': '5' },
    })
    expect(JSON.stringify(list)).not.toContain(password)
    const ready = await fetch(`${url}/readyz`)
    expect(ready.status).toBe(200)
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^sluice_worker_in_flight [1-5]$/m)
    child.kill('SIGTERM')
    await until(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status !== 200)
    const { code, stderr } = await end
    expect(code).toBe(143)
    expect(stderr).toMatch(/stopping: \d+ in flight may finish, for up to 5 s/)
    expect(stderr).toMatch(/worker \d+ has left: \d+ succeeded, 0 failed/)
    await expect(fetch(`${url}/livez`)).rejects.toThrow()

    const { shared, succeeded } = await shown('k', options)
    expect(shared.chunks.held).toBe(0)
    // What was in flight was let finish, and is not sent again.
    expect(succeeded).toBe(api.stats().requests)
  })

  it('needs its secrets where a worker runs: without them it is left to others, and the name is told', async () => {
    const { api, options } = await setUp()
    const args = ['fetch', `${api.url}/products/[1-20]`, '--auth', 'bearer:env:TOKEN', '--detach', '--name', 'k']
    const secret = { ...options.env, TOKEN: 'geheimnis-0815' }
    expect((await sluice(args, { ...options, env: secret })).code).toBe(0)
    const lacking = await worker(options)
    expect(lacking.code).toBe(3)
    expect(lacking.stderr).toContain('k: 20 items are left: k: the environment variable TOKEN is not set')
    const without = startWorker([], options)
    await until(() => without.said.text.includes('k: the environment variable TOKEN is not set'))
    expect(api.stats().requests).toBe(0)
    const { code, stderr } = await worker({ ...options, env: secret }, '-vv')
    expect(code).toBe(0)
    expect(stderr).not.toContain('geheimnis')
    without.child.kill('SIGTERM')
    expect((await without.end).stderr.match(/TOKEN is not set/g)).toHaveLength(1)
    expect(await shown('k', options)).toMatchObject({ state: 'finished', succeeded: 20 })
  })

  it('ends at a bad line with its place, and what came before is done', async () => {
    const { api, options } = await setUp()
    const lines = [
      ...indexes(30).map((index) => `${api.url}/products/${index + 1}`),
      'http://',
      `${api.url}/products/99`,
    ]
    const file = join(options.cwd!, 'urls.txt')
    writeFileSync(file, `${lines.join('\n')}\n`)
    const begun = await sluice(['fetch', '-i', 'urls.txt', '--detach', '--name', 'k'], options)
    expect([begun.code, begun.stdout]).toEqual([2, ''])
    expect(begun.stderr).toMatch(/urls\.txt:31/)
    expect(begun.stderr).toContain('sluice resume k --store "$SLUICE_STORE" --detach')
    await worker(options)
    expect(await shown('k', options)).toMatchObject({ state: 'interrupted', succeeded: 30, read: 30 })

    const skipping = await sluice(['resume', 'k', '--detach', '--skip-bad-input'], options)
    expect(skipping.code).toBe(0)
    await worker(options)
    expect(await shown('k', options)).toMatchObject({ state: 'finished', succeeded: 31, failed: 1, read: 32 })
  })

  it('keeps what was read of a pipe when the reading is stopped, and continues reading when it is piped in again', async () => {
    const { api, options } = await setUp()
    const lines = indexes(60).map((index) => `${api.url}/products/${index + 1}\n`)
    const child = startSluice(['fetch', '-i', '-', '--detach', '--name', 'k', '--progress', 'none'], options)
    const end = finished(child)
    child.stdin.on('error', () => {})
    child.stdin.write(lines.slice(0, 40).join(''))
    await until(async () => (await sluice(['runs'], options)).stdout.includes('k'))
    await until(async () => (await shown('k', options)).read > 0)
    child.kill('SIGINT')
    const stopped = await end
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain('sluice resume k --store "$SLUICE_STORE" --detach -i -')

    const resumed = await sluice(['resume', 'k', '--detach', '-i', '-'], { ...options, stdin: lines.join('') })
    expect(resumed.code).toBe(0)
    await worker(options)
    expect(await shown('k', options)).toMatchObject({ state: 'finished', succeeded: 60 })
  })

  it('is not gone on with by one process; retry leaves its failures to the workers', async () => {
    const { api, options } = await setUp()
    const list = [`${api.url}/status/503`, `${api.url}/products/1`].join('\n')
    const args = ['fetch', '-i', '-', '--attempts', '1', '--detach', '--name', 'k']
    expect((await sluice(args, { ...options, stdin: list })).code).toBe(0)
    const resumed = await sluice(['resume', 'k'], options)
    expect(resumed.code).toBe(2)
    expect(resumed.stderr).toContain('k is done by workers: start sluice worker --store "$SLUICE_STORE"')
    expect((await sluice(['resume'], options)).stderr).toMatch(/left to workers \(1\): start sluice worker/)

    await worker(options)
    expect(api.stats().requests).toBe(2)
    const retried = await sluice(['retry', 'k', '-c', '3'], options)
    expect(retried.code).toBe(0)
    expect(retried.stderr).toContain('k: 1 failure is left to the workers; start sluice worker')
    expect(retried.stderr).toContain('--concurrency: workers use the settings that the run started with')
    await worker(options)
    expect(api.stats().requests).toBe(3)
    expect(await shown('k', options)).toMatchObject({ state: 'finished', succeeded: 1, failed: 1 })
  })

  it('with parked items left ends a worker with 7, which says until when', async () => {
    const { api, options } = await setUp({ limit: 'fixed:5/1h', latency: 1 })
    const args = [
      'fetch',
      `${api.url}/products/[1-12]`,
      '-c',
      '1',
      '--max-retry-after',
      '1min',
      '--detach',
      '--name',
      'k',
    ]
    await sluice(args, options)
    const { code, stderr } = await worker(options)
    expect(code).toBe(7)
    expect(stderr).toMatch(/k: 7 items are left, 7 of them parked until \d{4}-/)
    expect(await shown('k', options)).toMatchObject({ state: 'waiting', parked: 7 })
  })
})
