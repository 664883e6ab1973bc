import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBrowser } from '../pages/real-browser.ts'
import { type PracticeApi, practiceApi } from './practice-api.ts'

// The packed library under other runtimes: npm run test:runtimes.

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const tools = join(import.meta.dirname, 'node_modules')
const project = mkdtempSync(join(tmpdir(), 'sluice-runtimes-'))

/** Results that the program got, in any runtime. */
interface Got {
  readonly cut: string
  readonly refused: string
  readonly refusal: string
}

beforeAll(async () => {
  await run(process.execPath, [join(root, 'pack/pack.ts'), join(project, 'packs')])
  await run('tar', ['-xzf', globSync('packs/sluice-[0-9]*.tgz', { cwd: project })[0]!], { cwd: project })
  mkdirSync(join(project, 'node_modules'))
  renameSync(join(project, 'package'), join(project, 'node_modules/sluice'))
  for (const name of ['eventsource-parser', 'structured-headers', 'undici'])
    cpSync(join(root, 'node_modules', name), join(project, 'node_modules', name), { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "dependencies": { "sluice": "*" } }\n')
  cpSync(join(import.meta.dirname, 'program.js'), join(project, 'program.js'))
  write('main.js', 'console.log(JSON.stringify(await program(createClient, process.argv.at(-1))))')
  write('page.js', 'globalThis.run = (api) => program(createClient, api)')
  write('worker.js', workerCode)
}, 120_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

function write(name: string, code: string): void {
  const imports = "import { createClient } from 'sluice'\nimport { program } from './program.js'\n"
  writeFileSync(join(project, name), imports + code)
}

/** Bundles a file of the project, and returns what else a browser would have to load. */
async function bundle(input: string, output: string, ...options: string[]): Promise<string[]> {
  const target = ['--bundle', '--format=esm', `--outfile=${output}`, '--metafile=meta.json', '--log-level=error']
  await run(join(tools, '.bin/esbuild'), [input, ...target, '--external:tough-cookie', ...options], { cwd: project })
  const { outputs } = JSON.parse(readFileSync(join(project, 'meta.json'), 'utf8')) as {
    outputs: Record<string, { imports: { path: string }[] }>
  }
  return Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
}

/** A Worker: the program, and one client for all requests, in the Worker itself and in a Durable Object. */
const workerCode = `
const client = createClient({ concurrency: 2 })
export class Shared {
  #client = createClient({ concurrency: 2 })
  fetch = (request) => answer(this.#client, new URL(request.url).searchParams)
}
async function answer(client, parameters) {
  const { ok, error } = await client.try(parameters.get('api') + '/items/' + parameters.get('item'))
  return new Response(ok ? 'done' : error.message, { status: ok ? 200 : 500 })
}
export default {
  async fetch(request, { shared }) {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/shared') return await answer(client, searchParams)
    if (pathname === '/object') return await shared.get(shared.idFromName('all')).fetch(request)
    return Response.json(await program(createClient, searchParams.get('api')))
  },
}
`

/** Starts workerd with the bundled Worker. */
async function startWorker(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.out.js")], compatibilityDate = "2026-10-01",
      durableObjectNamespaces = [(className = "Shared", uniqueKey = "shared")], durableObjectStorage = (inMemory = void),
      bindings = [(name = "shared", durableObjectNamespace = "Shared")])),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);`
  writeFileSync(join(project, 'config.capnp'), config)
  const workerd = spawn(
    join(tools, '@cloudflare/workerd-linux-64/bin/workerd'),
    ['serve', 'config.capnp', '--control-fd=3'],
    { cwd: project, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  const [line] = (await once(workerd.stdio[3]!, 'data')) as [Buffer]
  const { port } = JSON.parse(String(line).split('\n')[0]!) as { port: number }
  const stop = async (): Promise<void> => {
    workerd.kill()
    await once(workerd, 'exit')
  }
  return { url: `http://127.0.0.1:${port}`, stop }
}

/** Runs the program, and checks what it got and what the API saw. */
async function check(start: (api: PracticeApi) => Promise<Got>): Promise<Got> {
  await using api = await practiceApi()
  const { cut, refused, refusal, ...got } = await start(api)
  expect(got).toEqual({
    items: Array.from({ length: 20 }, (_, index) => `/items/${index}`),
    attempts: 3,
    words: ['one', 'two', 'three'],
    streamed: 'data: one\n\ndata: two\n\ndata: three\n\n',
    echoed: '{"text":"ä€"}',
    uploaded: 'one two',
    fresh: ['/cached', '/cached'],
    moved: '/items/moved',
    pages: ['1a', '1b', '2a', '2b', '3a', '3b'],
    worked: 'done',
    late: 'SLUICE_DEADLINE',
  })
  const calls = api.seen.filter(({ method }) => method !== 'OPTIONS')
  const countOf = (path: string): number => calls.filter((one) => one.path === path).length
  expect(['/busy', '/events', '/echo', '/cached', '/moved', '/cut'].map(countOf)).toEqual([3, 2, 2, 1, 1, 1])
  const keys = calls.flatMap(({ path, headers }) => (path === '/echo' ? [typeof headers['idempotency-key']] : []))
  expect(keys).toEqual(['string', 'undefined'])
  // 19 intervals of 20 ms, less what the clocks differ by.
  const items = calls.filter(({ path }) => /^\/items\/\d/.test(path))
  expect(items).toHaveLength(20)
  expect(items.at(-1)!.at - items[0]!.at).toBeGreaterThan(300)
  expect(api.most).toBeLessThanOrEqual(4)
  expect(api.seen.filter(({ method, path }) => method === 'OPTIONS' && /items|busy|events/.test(path))).toEqual([])
  return { cut, refused, refusal }
}

describe('the packed library', () => {
  const noTls =
    'tls: only the transport for Node supports it, and here the fetch of the platform sends the requests; leave out tls'

  it.each([
    ['Node', [process.execPath], 'SLUICE_BODY_TRUNCATED', ''],
    ['Bun', [join(tools, '@oven/bun-linux-x64/bin/bun')], 'SLUICE_CONNECTION_LOST', noTls],
    ['Deno', [join(tools, '@deno/linux-x64-glibc/deno'), 'run', '-A'], 'SLUICE_CONNECTION_LOST', noTls],
  ])('runs on %s', async (_name, [command, ...args], cut, refusal) => {
    const got = await check(async ({ port }) => {
      const options = { cwd: project, env: { PATH: process.env.PATH, DENO_NO_UPDATE_CHECK: '1' } }
      const { stdout } = await run(command!, [...args, 'main.js', `http://127.0.0.1:${port}`], options)
      return JSON.parse(stdout) as Got
    })
    expect(got).toEqual({ cut, refused: 'SLUICE_CONNECT', refusal })
  })

  it('runs on workerd, without compatibility with Node', async () => {
    expect(await bundle('worker.js', 'worker.out.js', '--conditions=workerd,worker,browser')).toEqual(['tough-cookie'])
    const worker = await startWorker()
    try {
      const got = await check(async (api) => {
        const response = await fetch(`${worker.url}/?api=http://127.0.0.1:${api.port}`)
        return (await response.json()) as Got
      })
      expect(got).toEqual({ cut: 'SLUICE_CONNECTION_LOST', refused: 'SLUICE_CONNECTION_LOST', refusal: noTls })

      // One client for several requests at once: refused in the Worker itself, shared in a Durable Object.
      await using api = await practiceApi()
      const all = async (path: string): Promise<number[]> => {
        const urls = Array.from(
          { length: 12 },
          (_, index) => `${worker.url}${path}?api=http://127.0.0.1:${api.port}&item=${index}`,
        )
        return (await Promise.all(urls.map((url) => fetch(url)))).map(({ status }) => status)
      }
      expect((await all('/shared')).sort()).toEqual([200, ...Array(11).fill(500)])
      expect(await all('/object')).toEqual(Array(12).fill(200))
      expect(api.most).toBe(2)
      expect(api.seen).toHaveLength(13)
    } finally {
      await worker.stop()
    }
  })

  it('runs in Chromium, on a page of another origin, without a preflight for what needs none', async ({ skip }) => {
    const browser = await startBrowser()
    if (typeof browser === 'string') return skip(browser)
    try {
      expect(await bundle('page.js', 'page.out.js', '--platform=browser')).toEqual(['tough-cookie'])
      const script = readFileSync(join(project, 'page.out.js'), 'utf8')
      const page = '<!doctype html><script type="module" src="/page.js"></script>'
      await using site = await practiceApi(
        new Map([
          ['/', page],
          ['/page.js', script],
        ]),
      )
      const tab = await browser.newPage()
      await tab.goto(`http://127.0.0.1:${site.port}/`)
      const got = await check(async ({ port }) => (await tab.evaluate(`run('http://127.0.0.1:${port}')`)) as Got)
      expect(got).toEqual({ cut: 'SLUICE_CONNECTION_LOST', refused: 'SLUICE_CONNECTION_LOST', refusal: noTls })
    } finally {
      await browser.close()
    }
  })

  it('makes a bundle for browsers of a size that is watched', async () => {
    writeFileSync(
      join(project, 'alone.js'),
      "import { createClient } from 'sluice'\nglobalThis.client = createClient()\n",
    )
    await bundle('alone.js', 'alone.out.js', '--platform=browser', '--minify')
    const size = gzipSync(readFileSync(join(project, 'alone.out.js')), { level: 9 }).length
    process.stdout.write(`createClient alone for a browser: ${(size / 1000).toFixed(1)} kB gzipped\n`)
    expect(size).toBeLessThan(96_000)
  })
})
