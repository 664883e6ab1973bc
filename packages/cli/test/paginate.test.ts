import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { finished, sluice, startSluice, temporaryFolder, untilRequests } from './run-sluice.ts'

let server: RunningSimulator
let api: string

beforeAll(async () => {
  server = await serveSimulator({ scenario: { latency: 0 } })
  api = server.url
})
afterAll(() => server.close())
beforeEach(() => server.simulator.reset())

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

/** An API with what the simulator has not: what a path gives is JSON. */
async function serve(answer: (url: URL) => unknown): Promise<string> {
  const own = createServer((request, response) => {
    const body = answer(new URL(request.url ?? '', 'http://x'))
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body ?? {}))
  })
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    own.closeAllConnections()
    own.close()
  })
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}`
}

describe('sluice fetch --paginate --store', () => {
  it('continues after kill -9 with the pages that are left, and exports items in their order', async () => {
    const slow = await serveSimulator({ scenario: { latency: '50ms' } })
    onTestFinished(() => slow.close())
    const store = `sqlite:${join(temporaryFolder(), 'runs.db')}`
    const url = `${slow.url}/products?per_page=20&page=101`
    const lists = ['--paginate', 'page', '--items', 'items', url]
    const child = startSluice(['fetch', ...lists, '--store', store, '--name', 'k', '-c', '5'])
    await untilRequests(slow, 30)
    child.kill('SIGKILL')
    await finished(child)
    const { code, stderr } = await sluice(['resume', 'k', '--store', store, '-c', '50'])
    expect([code, stderr]).toEqual([0, expect.stringContaining('k: continuing after')])
    expect(slow.stats().requests).toBeLessThan(150 + 30)
    const { records } = await sluice(['export', 'k', '--store', store])
    expect(records.map(({ data }) => (data as { id: number }).id)).toEqual(upTo(3_000).map((n) => 2_000 + n))
    expect(records[41]).toMatchObject({ index: 41, id: `${url}#42`, ok: true, attempts: 0 })
  })

  it('writes pages, failures and empty lists as without a store', async () => {
    const url = await serve(({ pathname, searchParams }) => {
      const page = Number(searchParams.get('page'))
      if (pathname === '/breaks') return page < 3 ? [page] : undefined
      if (pathname === '/circle') return [1]
      return pathname === '/empty' ? [] : { error: 'no list' }
    })
    const inputs = ['breaks', 'circle', 'empty', 'shape'].map((path) => `${url}/${path}`)
    for (const items of [[], ['--items', '.']]) {
      const args = ['fetch', '--paginate', 'page', ...items, '--select', 'id,ok,data,error.code', ...inputs]
      const plain = await sluice(args)
      const output = join(temporaryFolder(), 'out.jsonl')
      const stored = await sluice([...args, '--store', `sqlite:${join(temporaryFolder(), 'r.db')}`, '-o', output])
      expect([plain.code, stored.code]).toEqual([3, 3])
      const lines = readFileSync(output, 'utf8').trim().split('\n')
      expect(lines.sort()).toEqual(plain.stdout.trim().split('\n').sort())
    }
  })
})

describe('sluice fetch --then', () => {
  it('requests each item of the pages, with the values that it has, and never at another host', async () => {
    const seen: string[] = []
    const url = await serve(({ pathname, search, searchParams }) => {
      seen.push(pathname + search)
      if (pathname !== '/orders') return { path: pathname }
      const page = Number(searchParams.get('page') ?? 1)
      const all = [{ id: 'a b' }, { id: '..' }, { id: 9007199254740993n.toString() }, { nr: 4 }, { id: 'x/y' }]
      return { data: { list: all.slice(page * 2 - 2, page * 2) }, total: all.length }
    })
    const lists = ['fetch', '--paginate', 'page', '--items', 'data.list', '--ordered', `${url}/orders`]
    const { code, records } = await sluice([...lists, '--then', `${url}/orders/{id}`])
    expect(code).toBe(3)
    // All that the first page has comes first; later pages are requested together, and may arrive in any order.
    expect(records.slice(0, 2).map(({ index, id }) => [index, id])).toEqual([
      [0, 'a b'],
      [1, '..'],
    ])
    const found = records.map(({ id, data, error }) => [id, data ?? (error as { code: string }).code])
    expect(Object.fromEntries(found)).toEqual({
      'a b': { path: '/orders/a%20b' },
      '..': 'SLUICE_BAD_INPUT',
      '9007199254740993': { path: '/orders/9007199254740993' },
      [`${url}/orders#2.2`]: 'SLUICE_BAD_INPUT',
      'x/y': { path: '/orders/x%2Fy' },
    })
    expect(records.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
    expect(seen).toHaveLength(6)
    const elsewhere = await serve(() => ({ items: [{ url: 'https://elsewhere.test/' }, { url: '/self' }] }))
    const followed = await sluice([
      ...['fetch', '--paginate', 'link', '--items', 'items', '--then', '{+url}', `${elsewhere}/orders`],
    ])
    expect(followed.records.map(({ url: at, error }) => at ?? (error as { message: string }).message).sort()).toEqual([
      expect.stringContaining('--then: its URL is on https://elsewhere.test; --allow-origin'),
      `${elsewhere}/self`,
    ])
  })

  it('is one run with a store, of which the details alone are exported', async () => {
    const store = `sqlite:${join(temporaryFolder(), 'runs.db')}`
    const list = `${api}/products?page=245&per_page=20`
    const { code, stderr } = await sluice([
      ...['fetch', '--paginate', 'page', '--items', 'items', list, '--then', '/products/{id}?x=1', '--store', store],
    ])
    expect([code, stderr]).toEqual([0, expect.stringContaining('126 succeeded')])
    const { records } = await sluice(['export', 'run-1', '--store', store])
    expect(records.map(({ data }) => (data as { id: number }).id).sort((a, b) => a - b)).toEqual(
      upTo(120).map((n) => 4_880 + n),
    )
    expect(records[0]).toMatchObject({ url: expect.stringContaining('/products/') })
  })
})

describe('sluice fetch --paginate', () => {
  it('follows to another origin with --allow-origin only', async () => {
    const other = await serve(() => ({ items: [2], next: null }))
    const first = await serve(() => ({ items: [1], next: `${other}/more` }))
    const args = ['fetch', '--paginate', 'next:next', '--items', 'items', first]
    const refused = await sluice(args)
    expect(refused.records.map(({ data, error }) => data ?? (error as { code: string }).code)).toEqual([
      1,
      'SLUICE_PAGE_ORIGIN',
    ])
    const allowed = await sluice([...args, '--allow-origin', other])
    expect(allowed.records.map(({ data }) => data)).toEqual([1, 2])
    expect((await sluice([...args, '--allow-origin', 'nonsense'])).stderr).toContain(
      '--allow-origin: expected an origin',
    )
  })

  it('writes a line for each page, numbered through, with the id and the number of the page', async () => {
    const url = `${api}/products?page=49&per_page=100`
    const { code, records, stderr } = await sluice(['fetch', '--paginate', 'link', url])
    expect(code).toBe(0)
    expect(records.map(({ index, id, url }) => [index, id, url])).toEqual([
      [0, `${url}#1`, url],
      [1, `${url}#2`, `${api}/products?page=50&per_page=100`],
    ])
    expect(records[1]).toMatchObject({ ok: true, status: 200, attempts: 1, data: { page: 50, total: 5_000 } })
    expect(stderr).toContain('2 done in')
    expect(server.stats().requests).toBe(2)
  })

  it('writes a line for each item, of which the first of a page has what the page took', async () => {
    const { code, records } = await sluice(
      ['fetch', '--paginate', 'page', '--items', 'items', '-i', '-', '--input-format', 'jsonl'],
      { stdin: `{"id":"last","url":"${api}/products?page=250","meta":7}\n` },
    )
    expect(code).toBe(0)
    expect(records.map(({ index, id, data }) => [index, id, (data as { id: number }).id])).toEqual(
      upTo(20).map((n) => [n - 1, `last#${n}`, 4_980 + n]),
    )
    expect(records.map(({ attempts }) => attempts)).toEqual([1, ...Array(19).fill(0)])
    expect(records[7]).toMatchObject({ meta: 7, status: 200, method: 'GET' })
    expect(server.stats().requests).toBe(2)
  })

  it('requests many pages at a time where the first one tells how many there are, and gives their items in order', async () => {
    const slow = await serveSimulator({ scenario: { latency: '20ms' } })
    onTestFinished(() => slow.close())
    const url = `${slow.url}/products?per_page=100`
    const { code, records } = await sluice(['fetch', '--paginate', 'page', '--items', 'items', url])
    expect(code).toBe(0)
    expect(records.map(({ data }) => (data as { id: number }).id)).toEqual(upTo(5_000))
    const { requests, mostRepeated, largestAtOnce } = slow.stats()
    expect([requests, mostRepeated?.times]).toEqual([50, 1])
    expect(largestAtOnce).toBeGreaterThan(1)
  })

  it('follows several inputs at the same time, or one after another with --ordered', async () => {
    const urls = [10, 20].map((n) => `${api}/products?page=${248}&per_page=20&n=${n}`)
    const both = await sluice(['fetch', '--paginate', 'page', '--items', 'items', ...urls])
    const inTurn = await sluice(['fetch', '--paginate', 'page', '--items', 'items', '--ordered', ...urls])
    expect(both.records.map(({ index }) => index)).toEqual(upTo(120).map((n) => n - 1))
    expect(new Set(both.records.map(({ id }) => id))).toHaveLength(120)
    expect(inTurn.records.map(({ id }) => id)).toEqual(urls.flatMap((url) => upTo(60).map((n) => `${url}#${n}`)))
  })

  it.each([
    [
      'cursor:meta.next:after',
      (url: URL) => ({ meta: { next: { '': 'a', a: 'b' }[url.searchParams.get('after') ?? ''] ?? null } }),
    ],
    [
      'next:links.next',
      (url: URL) => ({ links: { next: url.search === '?2' ? null : url.search === '?1' ? '?2' : '?1' } }),
    ],
  ])('follows %s', async (style, answer) => {
    const { code, records } = await sluice(['fetch', '--paginate', style, '-i', '-'], {
      stdin: `${await serve(answer)}/x\n`,
    })
    expect([code, records.length]).toEqual([0, 3])
  })

  it.each(['offset:skip,2', 'offset:skip,take=2'])('follows %s', async (style) => {
    const seen: string[] = []
    const url = await serve(({ search, searchParams }) => {
      seen.push(search)
      return upTo(5).slice(Number(searchParams.get('skip')), Number(searchParams.get('skip')) + 2)
    })
    const { records } = await sluice(['fetch', '--paginate', style, '--items', '.', `${url}/x`])
    expect(records.map(({ data }) => data)).toEqual(upTo(5))
    const name = style.includes('take') ? 'take' : 'limit'
    expect(seen).toEqual([0, 2, 4, 5].map((skip) => `?${name}=2&skip=${skip}`))
  })

  it('ends every input in a line: of the page that failed, or without data where there are no items', async () => {
    const url = await serve(({ pathname, searchParams }) => {
      const page = Number(searchParams.get('page'))
      if (pathname === '/breaks') return page < 3 ? [page] : undefined
      if (pathname === '/circle') return [1]
      return pathname === '/empty' ? [] : { error: 'no list' }
    })
    const run = (...args: string[]) =>
      sluice(['fetch', '--ordered', ...args, ...['breaks', 'circle', 'empty', 'shape'].map((path) => `${url}/${path}`)])
    const items = await run('--paginate', 'page', '--items', '.')
    const pages = await run('--paginate', 'page')
    const short = (records: readonly Record<string, unknown>[]) =>
      records.map(({ id, ok, data, error }) => [
        String(id).slice(url.length),
        ok,
        data ?? (error as { code: string } | undefined)?.code,
      ])
    expect(items.code).toBe(3)
    expect(short(items.records)).toEqual([
      ['/breaks#1', true, 1],
      ['/breaks#2', true, 2],
      ['/breaks#page3', false, 'SLUICE_CLIENT_ERROR'],
      ['/circle#1', true, 1],
      ['/circle#page2', false, 'SLUICE_PAGE_LOOP'],
      ['/empty', true, undefined],
      ['/shape#page1', false, 'SLUICE_PAGE_SHAPE'],
    ])
    expect(short(pages.records)).toEqual([
      ['/breaks#1', true, [1]],
      ['/breaks#2', true, [2]],
      ['/breaks#3', false, 'SLUICE_CLIENT_ERROR'],
      ['/circle#1', true, [1]],
      ['/circle#2', false, 'SLUICE_PAGE_LOOP'],
      ['/empty#1', true, []],
      ['/shape#1', true, { error: 'no list' }],
      ['/shape#1', false, 'SLUICE_PAGE_SHAPE'],
    ])
  })

  it('obeys --max-pages, and stops at --fail-fast and --max-time', async () => {
    const list = `${api}/products?per_page=100`
    const some = await sluice(['fetch', '--paginate', 'link', '--max-pages', '3', list])
    expect(some.records.map(({ ok, error }) => [ok, (error as { code: string } | undefined)?.code])).toEqual([
      [true, undefined],
      [true, undefined],
      [true, undefined],
      [false, 'SLUICE_PAGE_LIMIT'],
    ])
    const fast = await sluice(['fetch', '--paginate', 'link', '--ordered', '--fail-fast', `${api}/status/404`, list])
    expect([fast.code, fast.records.length]).toEqual([7, 1])
    const slow = [1, 2, 3].map((n) => `${api}/delay/400?n=${n}`)
    const short = await sluice(['fetch', '--paginate', 'link', '--ordered', '--max-time', '600ms', ...slow])
    expect(short.stderr).toContain('stopped: --max-time 600ms is over')
    expect([short.code, short.records.length]).toEqual([7, 2])
  })

  it('ends when it is stopped although the input continues', async () => {
    const child = startSluice(['fetch', '--paginate', 'link', '--fail-fast', '-i', '-'])
    child.stdin.write(`${api}/status/404\n`)
    const { code, records } = await finished(child)
    expect([code, records.length]).toEqual([7, 1])
  })

  it('stops at a bad line after what came before it, or makes a failure of it', async () => {
    const stdin = `${api}/products/1\nftp://x\n${api}/products/2\n`
    const stopped = await sluice(['fetch', '--paginate', 'link', '-i', '-'], { stdin })
    expect([stopped.code, stopped.records.length]).toEqual([2, 1])
    const skipped = await sluice(['fetch', '--paginate', 'link', '--skip-bad-input', '--ordered', '-i', '-'], { stdin })
    expect(skipped.records.map(({ ok, error }) => [ok, (error as { message: string } | undefined)?.message])).toEqual([
      [true, undefined],
      [false, expect.stringContaining('stdin:2')],
      [true, undefined],
    ])
  })

  it('writes to files and selects fields like every other run', async () => {
    const file = join(temporaryFolder(), 'products.csv')
    const args = ['--paginate', 'page', '--items', 'items', '--select', 'id,data.id', `${api}/products?page=250`]
    const { code } = await sluice(['fetch', '-o', file, ...args])
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect([code, lines.length, lines[1]]).toEqual([0, 21, `${api}/products?page=250#1,4981`])
  })

  it.each([
    [['--paginate', 'pages'], '--paginate: expected link, page'],
    [['--paginate', 'offset:skip'], '--paginate: expected link, page'],
    [['--paginate', 'cursor'], '--paginate: expected link, page'],
    [['--paginate', 'next:'], '--paginate: expected link, page'],
    [['--paginate', 'next:a..b'], "--paginate: expected a path such as 'meta.next'"],
    [['--paginate', 'link', '--items', 'a['], '--items: expected a path'],
    [['--paginate', 'link', '--max-pages', '0'], '--max-pages: expected a whole number from 1 up'],
    [['--items', 'data'], '--items needs --paginate'],
    [['--then', '/x/{id}', '--paginate', 'link'], '--then needs --items'],
    [['--then', '/x/{id', '--paginate', 'link', '--items', '.'], '--then: URL template, column'],
    [['--paginate', 'link', '--out-dir', 'x'], '--paginate cannot be combined with --out-dir'],
  ])('refuses %j before anything is sent', async (args, message) => {
    const { code, stderr } = await sluice(['fetch', ...args, `${api}/products`])
    expect(stderr).toContain(message)
    expect(code).toBe(2)
    expect(server.stats().requests).toBe(0)
  })
})
