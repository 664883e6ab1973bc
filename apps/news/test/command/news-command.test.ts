import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundledFolder } from '../../../../test/bundled.ts'
import { runWarm } from '../../../../test/warm/run-warm.ts'
import { openNewsDatabase } from '../store/news-database.ts'

// Main is a file of its own, which a warm process can run again while it keeps the rest.
const sources = ['main.ts', 'command/news-command.ts'].map((name) => join(import.meta.dirname, '../../src', name))
const main = join(await bundledFolder(sources), 'main.js')
/** Set by vitest.config.ts. */
const cache = process.env.NODE_COMPILE_CACHE!
let data: string

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'news-command-'))
})
afterEach(() => rm(data, { recursive: true, force: true }))

function start(args: readonly string[], env: Record<string, string> = {}) {
  return spawn(process.execPath, ['--conditions=@sluice/source', main, ...args], {
    cwd: data,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function environment(env: Record<string, string>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: data, NO_PROXY: '*', NODE_COMPILE_CACHE: cache, ...env }
}

/** Runs the command until it has released all resources. */
async function news(args: readonly string[], env: Record<string, string> = {}) {
  const result = await runWarm({ main, args, env: environment(env), cwd: data, stdin: '' })
  return { ...result, lines: result.stdout.split('\n').filter((line) => line !== '') }
}

describe('news, simulated', () => {
  it('fetches from all sources, prints a line for each, and lists a story of several sources once', async () => {
    const { code, stderr, lines } = await news(['list', '--simulated', '--json', '-n', '500'])

    expect([code, stderr.split('\n').filter(Boolean).length]).toEqual([0, 6])
    expect(stderr).toMatch(/^Hacker News.*: \d+ new/m)
    const stories = lines.map((line) => JSON.parse(line))
    expect(stories.length).toBeGreaterThan(50)
    const sources = (story: { articles: { source: string }[] }): number =>
      new Set(story.articles.map(({ source }) => source)).size
    expect(Math.max(...stories.map(sources))).toBeGreaterThanOrEqual(2)
    const dates = stories.map(({ publishedAt }) => publishedAt)
    expect(dates).toEqual(dates.toSorted((a, b) => b - a))
  })

  it('stores nothing twice, and fetches no source before it is due', async () => {
    const first = await news(['fetch', '--simulated', '--data', data])
    expect(first.code).toBe(0)
    const before = await news(['list', '--data', data, '--json', '-n', '500'])
    const again = await news(['fetch', '--simulated', '--data', data, '--force'])
    expect(again.code).toBe(0)
    const after = await news(['list', '--data', data, '--json', '-n', '500'])
    expect(after.lines.length).toBeGreaterThanOrEqual(before.lines.length)
    const ids = after.lines.flatMap((line) =>
      JSON.parse(line).articles.map(
        ({ source, sourceId }: { source: string; sourceId: string }) => `${source} ${sourceId}`,
      ),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('reads a story, with all its sources, and marks it as read', async () => {
    await news(['fetch', '--simulated', '--data', data])
    const [line] = (await news(['list', '--data', data, '--unread', '--json', '-n', '1'])).lines
    const { id, title } = JSON.parse(line!)
    const read = await news(['read', String(id), '--data', data])
    expect(read.code).toBe(0)
    expect(read.stdout).toContain(title)
    expect(read.stdout).toMatch(/http/)
    const unread = await news(['list', '--data', data, '--unread', '--json', '-n', '500'])
    expect(unread.lines.map((one) => JSON.parse(one).id)).not.toContain(id)
  })

  it('measures the same sources sequentially and concurrently', async () => {
    const { code, stdout } = await news(['bench', '--simulated', '--rounds', '1'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/sequential\s+requests\s+articles\s+concurrent\s+requests\s+articles/)
    expect(stdout).toMatch(/^(concurrent: [\d.]+ times as fast|no ratio: .+)$/m)
  })

  it('keeps what has come when a fetch is stopped, and says how much', async () => {
    const hanging = createServer(() => {}).listen(0, '127.0.0.1')
    await once(hanging, 'listening')
    const feed = `<rss version="2.0"><channel><title>A</title><item><title>One</title><guid>1</guid></item></channel></rss>`
    const good = createServer((_, response) => response.end(feed)).listen(0, '127.0.0.1')
    await once(good, 'listening')
    const at = (server: typeof good): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed`
    const sources = [good, hanging].map((server) => ({ type: 'feed', url: at(server) }))
    await writeFile(join(data, 'sources.json'), JSON.stringify({ sources }))
    const child = start(['fetch', '--data', data])
    try {
      let said = ''
      const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)))
      for await (const part of child.stderr) {
        said += part
        if (/: 1 new in/.test(String(part))) child.kill('SIGINT')
      }
      expect([await ended, said]).toEqual([
        130,
        expect.stringContaining(
          'stopped after 1 of 2 sources: 1 new article is stored; the next fetch continues with the others',
        ),
      ])
      expect((await news(['list', '--data', data])).stdout).toContain('One')
    } finally {
      child.kill('SIGKILL')
      for (const server of [good, hanging]) server.close().closeAllConnections()
    }
  })

  it.each([
    ['fetch', '--deadline', '30s'],
    ['serve', '--every', '15min'],
  ])('shows times with their unit in the help of %s', async (verb, flag, usual) => {
    const { stdout } = await news([verb, '--help'])
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`${flag} <time> [^(]*\\(default: ${usual}\\)`))
  })

  it('serves a page with stories, and stops on a signal', async () => {
    const child = start(['serve', '--simulated', '--port', '0'])
    try {
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      const { value } = await lines.next()
      const url = /^listening (http:\/\/127\.0\.0\.1:\d+\/)$/.exec(String(value))?.[1]
      let page = ''
      for (let turn = 0; turn < 100 && !page.includes('<article'); turn++) {
        page = await (await fetch(url!)).text()
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect(page).toContain('<article')
      const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)))
      child.kill('SIGTERM')
      expect(await ended).toBe(143)
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('news, kept in PostgreSQL', () => {
  const secret = 'n0t-to-be-shown'

  it('are fetched, listed, read and served as they are from a file, and no password is ever shown', async () => {
    const database = await openNewsDatabase()
    try {
      const url = new URL(database.url)
      if (url.password === '') url.password = secret
      const { href } = url
      const fetched = await news(['fetch', '--simulated', '--store', href])
      expect([fetched.code, fetched.stderr.split('\n').filter(Boolean).length]).toEqual([0, 6])
      const listed = await news(['list', '--unread', '--json', '-n', '500'], { NEWS_STORE: href })
      expect(listed.lines.length).toBeGreaterThan(50)
      const { id, title } = JSON.parse(listed.lines[0]!)
      const word = /[A-Za-z]{5,}/.exec(title)![0]
      const found = await news(['list', '--search', word, '--json'], { NEWS_STORE: href })
      expect(found.lines.map((line) => JSON.parse(line).id)).toContain(id)
      expect((await news(['read', String(id)], { NEWS_STORE: href })).stdout).toContain(title)
      const unread = await news(['list', '--unread', '--json', '-n', '500'], { NEWS_STORE: href })
      expect(unread.lines).toHaveLength(listed.lines.length - 1)

      const child = start(['serve', '--simulated', '--port', '0'], { NEWS_STORE: href })
      try {
        const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
        const page = await (await fetch(String((await lines.next()).value).replace('listening ', ''))).text()
        expect(page).toContain(`id="story-${id}"`)
        expect(page).not.toContain(url.password)
        const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)))
        child.kill('SIGTERM')
        expect(await ended).toBe(143)
      } finally {
        child.kill('SIGKILL')
      }
      const help = await news(['--help'], { NEWS_STORE: href })
      const shown = [fetched, listed, help].map(({ stdout, stderr }) => stdout + stderr).join('')
      expect(shown).not.toContain(url.password)
    } finally {
      await database.close()
    }
  })

  it.each([
    [`postgres://me:${secret}@127.0.0.1:1/news`, 'error: postgres://me@127.0.0.1:1/news: no server listens there'],
    [
      `postgres://me:${secret}#@127.0.0.1:1/news`,
      'error: --store: expected postgres://user:password@host:5432/database',
    ],
    [`mysql://me:${secret}@127.0.0.1/news`, 'error: --store: expected postgres://user@host/database, or the path'],
  ])('report a wrong address in one line, without the password: %s', async (address, message) => {
    const { code, stdout, stderr } = await news(['list'], { NEWS_STORE: address })
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain(secret)
  })

  it('may be in another file instead', async () => {
    const store = join(data, 'elsewhere/own.db')
    expect((await news(['fetch', '--simulated', '--store', store])).code).toBe(0)
    expect((await news(['list', '--json', '-n', '500', '--store', store])).lines.length).toBeGreaterThan(50)
  })
})

describe('sources', () => {
  it('without a key are off, and say how they are switched on; no key is ever shown', async () => {
    const off = await news(['sources', '--data', data])
    expect(off.stdout).toBe(
      'Hacker News: new\nThe Guardian: off: set GUARDIAN_KEY to its key\nNewsAPI: off: set NEWSAPI_KEY to its key\n',
    )
    const on = await news(['sources', '--data', data], { GUARDIAN_KEY: 'k3y-of-mine', NEWSAPI_KEY: 'other-k3y' })
    expect(on.lines).toHaveLength(3)
    expect(on.stdout + on.stderr).not.toMatch(/k3y/)
  })

  it('are added and removed, and come from and go to other readers', async () => {
    const url = 'https://blog.example/feed.xml'
    expect((await news(['sources', 'add', url, '--data', data])).stderr).toBe('added; news fetch reads it\n')
    expect((await news(['sources', 'add', url, '--data', data])).stderr).toBe('it is already listed\n')
    const { stdout } = await news(['opml', 'export', '--data', data])
    expect(stdout).toContain(url)

    const file = join(data, 'feeds.opml')
    await writeFile(file, stdout.replaceAll(url, 'https://other.example/atom'))
    expect((await news(['opml', 'import', file, '--data', data])).stderr).toBe('1 of 1 feeds are new\n')
    expect((await news(['sources', 'remove', url, '--data', data])).code).toBe(0)
    const { sources } = JSON.parse(await readFile(join(data, 'sources.json'), 'utf8'))
    expect(sources.map((source: { url?: string }) => source.url).filter(Boolean)).toEqual([
      'https://other.example/atom',
    ])
  })
})

describe('an error', () => {
  it.each([
    [['read', '12'], 'error: there is no story 12; news list shows the numbers'],
    [['sources', 'add', 'javascript:alert(1)'], 'error: javascript:alert(1): expected an http or https URL'],
    [
      ['sources', 'remove', 'https://none.example/'],
      'error: https://none.example/ is not among the feeds; news sources lists them',
    ],
    [['opml', 'import', 'nowhere.opml'], 'error: nowhere.opml: cannot be read: ENOENT'],
    [['list', '-n', '501'], 'Expected a whole number from 1 to 500.'],
    [['fetch', '--deadline', 'soon'], 'Expected a duration such as 30s or 15m.'],
    [['serve', '--port', '99999'], 'Expected a port from 0 to 65535.'],
  ])('is reported in one line, with exit code 2: %j', async (args, message) => {
    const { code, stderr } = await news([...args, '--data', data])
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })

  it('in the settings is reported with file and place', async () => {
    await writeFile(join(data, 'sources.json'), '{"sources":[{"type":"teletext"}]}')
    const { code, stderr } = await news(['list', '--data', data])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/sources\.json:1: sources\.0\.type: /)])
  })
})
