import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundledCommand } from '../../../test/bundled.ts'
import { opensslIsMissing, selfSigned } from '../../../test/real-servers/support/certificate.ts'
import { type Finished, sluice as sluiceIn } from './run-sluice.ts'

// What is published is not the sources but the few files they are put together into: with parts that are left out, loaded late, or found
// by their place. So each of those is used here.

const cli = join(import.meta.dirname, '..')
const bundle = dirname(await bundledCommand())
let work: string
let server: RunningSimulator

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'sluice-bundle-'))
  server = await serveSimulator()
})
afterAll(async () => {
  await server?.close()
  await rm(work, { recursive: true, force: true })
})

/** Runs the bundled command in a folder of its own. */
function sluice(...args: readonly string[]): Promise<Finished> {
  return sluiceIn(args, { cwd: work })
}

describe('the bundled command', () => {
  it('knows its version', async () => {
    const { version } = JSON.parse(await readFile(join(cli, 'package.json'), 'utf8'))
    expect((await sluice('--version')).stdout).toBe(`${version}\n`)
  })

  it('has no syntax that Node 22 does not know: using', async () => {
    for (const file of await readdir(bundle)) {
      if (!file.endsWith('.js')) continue
      const text = await readFile(join(bundle, file), 'utf8')
      expect(text.match(/(?:^|[;{}])\s*(?:await )?using [\w$]+ ?=.*$/gm), file).toBeNull()
    }
  })

  it('loads few files before its first request, and nothing of Node that only HTTP/2 or its own fetch needs', async () => {
    const hook = join(work, 'hook.mjs')
    await writeFile(
      hook,
      `import { registerHooks } from 'node:module'
       const files = []
       registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) })
       process.on('exit', () => console.error(JSON.stringify({ files, modules: process.moduleLoadList })))`,
    )
    const args = ['--import', hook, join(bundle, 'main.js'), 'fetch', `${server.url}/products/1`, '-q']
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
    expect(JSON.parse(stdout)).toMatchObject({ status: 200 })
    const { files, modules } = JSON.parse(stderr) as { files: string[]; modules: string[] }
    expect(files.filter((url) => url.startsWith(pathToFileURL(bundle).href)).length).toBeLessThan(10)
    expect(files.filter((url) => url.includes('node_modules'))).toEqual([])
    expect(modules).toContain('NativeModule http')
    expect(modules).not.toContain('NativeModule http2')
    expect(modules).not.toContain('NativeModule internal/deps/undici/undici')
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

  it('packs a thousand rows of Parquet in its own thread', async () => {
    await sluice('fetch', `${server.url}/products/[1-1000]`, '-c', '250', '-o', 'thousand.parquet')
    expect((await readFile(join(work, 'thousand.parquet'))).subarray(-4).toString()).toBe('PAR1')
  })

  it('keeps a run in a store, in its own thread, and exports it', async () => {
    await sluice('fetch', `${server.url}/products/[1-5]`, '--store', 'sqlite:runs.db', '--name', 'five')
    const { stdout } = await sluice('export', 'five', '--store', 'sqlite:runs.db', '-o', '-')
    expect(stdout.trim().split('\n')).toHaveLength(5)
  })

  it('goes through a proxy, and says so when there is none', async () => {
    const failed = await sluice('fetch', `${server.url}/products/1`, '--proxy', 'http://127.0.0.1:1', '--attempts', '1')
    expect(failed).toMatchObject({ code: 6 })
    expect(failed.stdout).toContain('cannot connect to the proxy http://127.0.0.1:1: connection refused')
  })

  describe.skipIf(opensslIsMissing)('with TLS and a proxy', () => {
    const asked: string[] = []
    let how: 'tunnel' | '407' | 'silence' = 'tunnel'
    const proxy = createHttpServer().on('connect', ({ url = '', headers }, near: Socket) => {
      asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim())
      near.on('error', () => {})
      if (how === '407') near.end('HTTP/1.1 407 Who are you\r\n\r\n')
      if (how !== 'tunnel') return
      const far = connect(Number(url.split(':')[1]), '127.0.0.1', () => near.write('HTTP/1.1 200 OK\r\n\r\n'))
      far.on('error', () => near.destroy()).pipe(near)
      near.pipe(far)
    })
    let target: HttpsServer
    let own: { readonly cert: string; readonly key: string }
    let url: string
    let fetched: (...args: readonly string[]) => Promise<Finished>

    beforeAll(async () => {
      const { cert, key, certPath } = selfSigned(work, 'localhost', 'IP:127.0.0.1')
      own = { cert, key }
      target = createHttpsServer(own, (_, response) => response.end('secure'))
      for (const one of [proxy, target]) await once(one.listen(0, '127.0.0.1'), 'listening')
      url = `https://127.0.0.1:${(target.address() as AddressInfo).port}/`
      fetched = (...args) =>
        sluice(
          'fetch',
          ...(args[0]?.includes('://') === true ? [] : [url]),
          '-q',
          '--cacert',
          certPath,
          '--attempts',
          '1',
          ...args,
        )
    })
    afterAll(() => {
      for (const one of [proxy, target]) {
        one.closeAllConnections()
        one.close()
      }
    })
    const viaProxy = (): string => `http://me:100%@127.0.0.1:${(proxy.address() as AddressInfo).port}`

    it('fetches directly', async () => {
      expect((await fetched()).stdout).toContain('"secure"')
    })

    it('fetches through a tunnel, with the credentials of the proxy', async () => {
      how = 'tunnel'
      expect((await fetched('--proxy', viaProxy())).stdout).toContain('"secure"')
      const credentials = Buffer.from('me:100%').toString('base64')
      expect(asked.at(-1)).toBe(`${new URL(url).host} Basic ${credentials}`)
    })

    it.each([
      ['407', 'refused with 407 Proxy Authentication Required'],
      ['silence', 'no connection within the connectTimeout of 300 ms'],
    ] as const)('says what a proxy did that answers with %s, and nothing of the password', async (given, message) => {
      how = given
      const { code, stdout, stderr } = await fetched('--proxy', viaProxy(), '--connect-timeout', '300ms')
      expect([code, stdout]).toEqual([6, expect.stringContaining(message)])
      expect(stdout + stderr).not.toContain('100%')
    })

    it('proves who it is with --cert and --key, and says so when a server asks and neither is given', async () => {
      const mine = selfSigned(work, 'client', 'DNS:client')
      const both = join(work, 'both.pem')
      await writeFile(both, mine.cert + mine.key)
      const asking = createHttpsServer(
        { ...own, ca: mine.cert, requestCert: true, rejectUnauthorized: true },
        (_, response) => response.end('known'),
      )
      await once(asking.listen(0, '127.0.0.1'), 'listening')
      const there = `https://127.0.0.1:${(asking.address() as AddressInfo).port}/`
      const ask = (...args: readonly string[]) => fetched(there, ...args).then(({ stdout }) => stdout)
      try {
        expect(await ask('--cert', mine.certPath, '--key', mine.keyPath)).toContain('"known"')
        expect(await ask('--cert', both)).toContain('"known"')
        expect(await ask()).toContain('requires a client certificate')
        const { code, stderr } = await fetched(there, '--cert', mine.certPath)
        expect([code, stderr]).toEqual([2, expect.stringContaining('holds no PEM private key')])
      } finally {
        asking.closeAllConnections()
        asking.close()
      }
    })

    it('takes a head of 20 KiB, and says which option allows one that is larger', async () => {
      const wordy = createHttpServer((_, response) => response.setHeader('x-a', 'a'.repeat(20_000)).end('wordy'))
      await once(wordy.listen(0, '127.0.0.1'), 'listening')
      const there = `http://127.0.0.1:${(wordy.address() as AddressInfo).port}/`
      try {
        expect((await fetched(there)).stdout).toContain('"wordy"')
        expect((await fetched(there, '--max-header-size', '16KiB')).stdout).toContain(
          'larger than maxHeaderSize allows',
        )
      } finally {
        wordy.closeAllConnections()
        wordy.close()
      }
    })

    it.each([['socks5://me:secret@127.0.0.1:1'], ['not a url']])(
      'refuses --proxy %s in one sentence',
      async (address) => {
        const { code, stderr } = await fetched('--proxy', address)
        expect(code).toBe(2)
        expect(stderr.trim().split('\n')).toHaveLength(1)
        expect(stderr).toContain('proxy')
        expect(stderr).not.toContain('secret')
      },
    )
  })

  it('leaves the driver of PostgreSQL outside, and loads it when a store is there', async () => {
    const chunks = (await readdir(bundle)).filter((file) => file.endsWith('.js'))
    const users: string[] = []
    for (const file of chunks) {
      if (/(?:from|import\() ?["'`]pg(?:-boss)?["'`]/.test(await readFile(join(bundle, file), 'utf8'))) users.push(file)
    }
    expect(users.length).toBeGreaterThan(0)
    expect(users).not.toContain('main.js')
    const unreachable = await sluice('runs', '--store', 'postgres://me@127.0.0.1:1/x')
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
    for (const name of ['undici', 'commander', 'valibot', 'csv-parse', 'hyparquet-writer']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d.*MIT`, 'm'))
    }
    // Whose licence asks for more than to be named.
    expect(licences).not.toMatch(/\b(?:MPL|[AL]?GPL)\b/)
  })
})
