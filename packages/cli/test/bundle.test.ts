import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// What is published is not the sources but the few files they are put together into: with parts that are left out, loaded late, or found
// by their place. So each of those is used here.

const run = promisify(execFile)
const cli = join(import.meta.dirname, '..')
const bundle = join(cli, `.bundle-${process.pid}`)
let work: string
let server: RunningSimulator

beforeAll(async () => {
  await run(process.execPath, [join(cli, 'scripts/bundle.ts'), bundle])
  work = await mkdtemp(join(tmpdir(), 'sluice-bundle-'))
  server = await serveSimulator()
})
afterAll(async () => {
  await server?.close()
  await rm(bundle, { recursive: true, force: true })
  await rm(work, { recursive: true, force: true })
})

/** Runs the bundled command in a folder of its own. */
async function sluice(...args: readonly string[]) {
  return await run(process.execPath, [join(bundle, 'main.js'), ...args], { cwd: work, timeout: 30_000 })
}

describe('the bundled command', () => {
  it('knows its version', async () => {
    const { version } = JSON.parse(await readFile(join(cli, 'package.json'), 'utf8'))
    expect((await sluice('--version')).stdout).toBe(`${version}\n`)
  })

  it('fetches, selects by an expression, and writes a log', async () => {
    const { stdout } = await sluice(
      'fetch',
      `${server.url}/products/[1-3]`,
      '--select',
      'data.id',
      '--log',
      'log.jsonl',
    )
    expect(stdout.match(/"data\.id":\d/g)?.sort()).toEqual(['"data.id":1', '"data.id":2', '"data.id":3'])
    expect((await readFile(join(work, 'log.jsonl'), 'utf8')).split('\n').length).toBeGreaterThan(3)
  })

  it.each(['out.parquet', 'out.db', 'out.csv', 'out.jsonl.gz'])('writes %s', async (file) => {
    await sluice('fetch', `${server.url}/products/[1-3]`, '-o', file)
    expect((await readFile(join(work, file))).byteLength).toBeGreaterThan(20)
  })

  it('keeps a run in a store, in a thread of its own, and exports it', async () => {
    await sluice('fetch', `${server.url}/products/[1-5]`, '--store', 'sqlite:runs.db', '--name', 'five')
    const { stdout } = await sluice('export', 'five', '--store', 'sqlite:runs.db', '-o', '-')
    expect(stdout.trim().split('\n')).toHaveLength(5)
  })

  it('goes through a proxy, and says so when there is none', async () => {
    const failed = await sluice(
      'fetch',
      `${server.url}/products/1`,
      '--proxy',
      'http://127.0.0.1:1',
      '--attempts',
      '1',
    ).catch((error: { code: number; stdout: string }) => error)
    expect(failed).toMatchObject({ code: 6 })
    expect(failed.stdout).toMatch(/SLUICE_(CONNECT|PROXY)/)
  })

  it('leaves the driver of PostgreSQL outside, and loads it when a store is there', async () => {
    const chunks = (await readdir(bundle)).filter((file) => file.endsWith('.js'))
    const users: string[] = []
    for (const file of chunks) {
      if (/(?:from|import\() ?["']pg(?:-boss)?["']/.test(await readFile(join(bundle, file), 'utf8'))) users.push(file)
    }
    expect(users.length).toBeGreaterThan(0)
    expect(users).not.toContain('main.js')
    const unreachable = await sluice('runs', '--store', 'postgres://me@127.0.0.1:1/x').catch(
      (error: { code: number; stderr: string }) => error,
    )
    expect(unreachable).toMatchObject({ code: 2, stderr: expect.stringContaining('127.0.0.1:1') })
  })

  it('tells the health of a worker', async () => {
    // A database that takes connections and says nothing: the worker waits for it meanwhile.
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const store = `postgres://me@127.0.0.1:${(silent.address() as AddressInfo).port}/x`
    const worker = spawn(process.execPath, [join(bundle, 'main.js'), 'worker', '--store', store, '--health', '0'])
    try {
      const [said] = (await once(worker.stderr, 'data')) as [Buffer]
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said.toString())![0]
      expect((await fetch(`${url}/livez`)).status).toBe(200)
      expect(await (await fetch(`${url}/readyz`)).text()).toBe('the worker has not joined yet\n')
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('# TYPE sluice_build_info gauge')
    } finally {
      worker.kill('SIGKILL')
      silent.close()
    }
  })

  it('has the catalogue with it', async () => {
    const { stdout } = await sluice('catalogue', 'get', '7', '--simulated')
    expect(JSON.parse(stdout)).toMatchObject({ id: 7 })
  })

  it('names the licences of everything it has taken in', async () => {
    const licences = await readFile(join(bundle, 'LICENSES.txt'), 'utf8')
    for (const name of ['undici', 'commander', 'pino', 'valibot', 'csv-parse', 'hyparquet-writer']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d.*MIT`, 'm'))
    }
    // Whose licence asks for more than to be named.
    expect(licences).not.toMatch(/\b(?:MPL|[AL]?GPL)\b/)
  })
})
