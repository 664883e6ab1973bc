import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningSimulator, type ScenarioOptions, serveSimulator } from '@sluice/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bundledFolder } from '../../../test/bundled.ts'
import { runWarm } from '../../../test/warm/run-warm.ts'
import { Catalogue, type Product } from '../src/index.ts'
import { upTo } from './practice.ts'

// Main is a file of its own, which a warm process can run again while it keeps the rest.
const sources = ['main.ts', 'command.ts'].map((name) => join(import.meta.dirname, '../src', name))
const main = join(await bundledFolder(sources), 'main.js')

/** Runs the command in a folder of its own until it has released all resources. */
function command(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = folder()) {
  return runWarm({ main, args, env: { PATH: process.env.PATH, ...env }, cwd, stdin: '' })
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'catalogue-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A practice API on a socket, and the environment that points the command to it. */
async function served(scenario: ScenarioOptions = {}) {
  const api = await serveSimulator({ scenario: { latency: '5ms', ...scenario } })
  onTestFinished(() => api.close())
  return { api, env: environment(api, 'practice') }
}

const environment = ({ url }: RunningSimulator, password: string) => ({
  CATALOGUE_URL: url,
  CATALOGUE_USER: 'ann',
  CATALOGUE_PASSWORD: password,
  NO_PROXY: '127.0.0.1',
})

const idsIn = (lines: string): number[] =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as Product).id)

describe('over a socket', () => {
  it('all products come in order by at most ten connections, and none is left', async () => {
    const { api } = await served()
    const ids: number[] = []
    {
      await using catalogue = new Catalogue({ baseUrl: api.url, user: 'ann', password: 'practice', proxy: 'none' })
      for await (const { id } of catalogue.allProducts({ perPage: 50, concurrency: 10 })) ids.push(id)
    }
    expect(ids).toEqual(upTo(5_000))
    const { paths, largestAtOnce, connections } = api.stats()
    expect(paths).toEqual({ '/catalogue/login': 1, '/catalogue/products': 100 })
    expect(largestAtOnce).toBeLessThanOrEqual(10)
    expect(connections).toBeLessThanOrEqual(10)
  })

  it('they are there though tokens expire, answers fail and connections are cut', async () => {
    const { api } = await served({ faults: '503:2%,reset:2%', tokenLifetime: '1s', latency: '20ms' })
    const ids: number[] = []
    await using catalogue = new Catalogue({ baseUrl: api.url, user: 'ann', password: 'practice', proxy: 'none' })
    for await (const { id } of catalogue.allProducts({ perPage: 50, concurrency: 2 })) ids.push(id)
    expect(ids).toEqual(upTo(5_000))
    expect(api.stats().paths['/catalogue/token']).toBeGreaterThan(0)
  })
})

describe('catalogue', () => {
  it('login finds out whether the password is right', async () => {
    const { env } = await served()
    expect(await command(['login'], env)).toEqual({
      code: 0,
      stdout: 'logged in; there are 5000 products\n',
      stderr: '',
    })
  })

  it('list shows a page as a table', async () => {
    const { env } = await served()
    const { code, stdout, stderr } = await command(['list', '--page', '2', '--per-page', '3'], env)
    expect(stdout.split('\n')).toEqual([
      '     4     185.27  EUR     70  Copper Radio 4',
      '     5      53.06  EUR     50  Woven Blanket 5',
      '     6      75.41  EUR    105  Striped Clock 6',
      '',
    ])
    expect([code, stderr]).toEqual([0, 'page 2 of 1667, 5000 products\n'])
  })

  it('get shows a product as JSON, and says when there is none', async () => {
    const { env } = await served()
    const { code, stdout } = await command(['get', '7'], env)
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { id: 7, name: 'Travel Basket 7', price: 143.2 }])
    expect(await command(['get', '9999'], env)).toEqual({
      code: 3,
      stdout: '',
      stderr: 'error: there is no product 9999\n',
    })
  })

  it('export writes all of them to a file or to standard output', async () => {
    const { env, api } = await served()
    const here = folder()
    const toFile = await command(['export', '-o', 'all.jsonl', '--per-page', '50'], env, here)
    expect(toFile).toEqual({ code: 0, stdout: '', stderr: '5000 products\n' })
    expect(readdirSync(here)).toEqual(['all.jsonl'])
    expect(idsIn(readFileSync(join(here, 'all.jsonl'), 'utf8'))).toEqual(upTo(5_000))
    expect(api.stats().paths['/catalogue/products']).toBe(100)

    const { code, stdout } = await command(['export', '-o', '-', '-c', '3'], env)
    expect([code, idsIn(stdout)]).toEqual([0, upTo(5_000)])
  })

  it('export leaves no file, nor half of one, when it fails in the middle', async () => {
    const { env } = await served({ outages: '150ms-1h', latency: '20ms' })
    const here = folder()
    const { code, stderr } = await command(
      ['export', '-o', 'all.jsonl', '--per-page', '10', '--deadline', '1s'],
      env,
      here,
    )
    expect([code, readdirSync(here)]).toEqual([3, []])
    expect(stderr).toMatch(/^error: \S.*\n$/)
  })

  it.each([
    ['--deadline', 3, 'not done within its deadline of 100 ms'],
    ['--timeout', 6, 'no complete response within the timeout of 100 ms'],
  ])('%s ends a call to an API that does not answer: exit code %i', async (flag, exitCode, reason) => {
    const { env } = await served({ latency: '1h' })
    const { code, stdout, stderr } = await command(['login', flag, '100ms'], env)
    expect([code, stdout]).toEqual([exitCode, ''])
    expect(stderr).toContain(reason)
  })

  it('--simulated needs nothing else', async () => {
    const { code, stdout } = await command(['list', '--simulated', '--per-page', '1'])
    expect([code, stdout]).toEqual([0, '     1      27.34  EUR     55  Garden Chair 1\n'])
  })

  it.each([
    [['list'], 'error: set CATALOGUE_URL, CATALOGUE_USER and CATALOGUE_PASSWORD, or try it with --simulated\n'],
    [['list', '--timeout', 'soon', '--simulated'], 'timeout: expected a duration'],
    [['list', '--rate', 'fast', '--simulated'], 'rate: expected a rate such as'],
    [['get', 'x', '--simulated'], "value 'x' is invalid"],
    [['list', '--page', '0', '--simulated'], 'Expected a whole number, at least 1.'],
    [['export', '--simulated'], "required option '-o, --output <file>' not specified"],
    [['export', '--simulated', '-o', 'no/such/folder.jsonl'], 'ENOENT'],
    [['lits'], "unknown command 'lits'"],
    [['login', '--url', 'shop', '--user', 'ann', '--password', 'guess-4711'], 'expected an absolute URL'],
  ])('%j is wrong usage: exit code 2', async (args, expected) => {
    const { code, stdout, stderr } = await command(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(expected)
    expect(stderr).not.toContain('guess-4711')
  })

  it('says what the API has against a request: exit code 3', async () => {
    const { env } = await served()
    expect(await command(['list', '--per-page', '300'], env)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /^error: GET \S+per_page=300: 400 Bad Request after 1 attempt: per_page must be a whole number from 1 to 100\n$/,
      ),
    })
  })

  it('a wrong password is tried once, and shown nowhere: exit code 4', async () => {
    const { api } = await served()
    expect(await command(['export', '-o', '-'], environment(api, 'guess-4711'))).toEqual({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/^error: GET \S+: no token: the catalogue rejects this user and password\n$/),
    })
    expect(api.stats().requests).toBe(1)
  })

  it('says when nobody is there: exit code 6', async () => {
    const { api, env } = await served()
    await api.close()
    const { code, stdout, stderr } = await command(['login'], env)
    expect([code, stdout]).toEqual([6, ''])
    expect(stderr).toMatch(/^error: .*127\.0\.0\.1.* refused.*\n$/)
  })

  it('shows its help', async () => {
    const { code, stdout } = await command(['--help'])
    expect(code).toBe(0)
    for (const name of ['login', 'list', 'get', 'export', 'CATALOGUE_PASSWORD']) expect(stdout).toContain(name)
  })
})
