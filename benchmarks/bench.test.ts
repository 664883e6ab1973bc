import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Bench } from './bench.ts'
import { withMeasured } from './page.ts'
import { type Peer, peers } from './peers/index.ts'
import { proxies } from './proxies/index.ts'
import { ProxyProcess } from './proxies/proxy-process.ts'
import { atLeast, atMost } from './row.ts'
import { ServerProcess } from './server-process.ts'
import { ratioOf, spreadOf } from './statistics.ts'

let server: ServerProcess
let bench: Bench

beforeAll(async () => {
  server = await ServerProcess.start(undefined)
  const settings = { pinning: undefined, rounds: 2, isQuick: false, isLong: false, tell: () => {} }
  bench = new Bench({ ...settings, server, nodeArgs: ['--conditions=@sluice/source'] })
})
afterAll(() => server[Symbol.dispose]())

describe('a comparison', () => {
  it('has every peer make all of its calls in every round, after as many to warm up as were said', async () => {
    const work = { calls: 60, concurrency: 8, delay: 1, warmUp: 20 }
    const { measured, leftOut } = await bench.compare([
      { ...work, peer: peers.undiciRequest },
      { ...work, peer: peers.sluiceStream },
    ])

    expect(leftOut).toEqual([])
    expect(measured.map(({ label, samples }) => [label, samples.length])).toEqual([
      ['undici `request`', 2],
      ['Sluice, `client.stream`', 2],
    ])
    for (const turn of ['turn-1', 'turn-2', 'turn-3', 'turn-4']) {
      expect(await server.asked(turn)).toMatchObject({ count: 60 })
      expect(await server.asked(`${turn}-warm-up`)).toMatchObject({ count: 20 })
    }
  })

  it('has answers of other kinds: on TLS, over HTTP/2, in gzip, event by event', async () => {
    const work = { calls: 10, concurrency: 4, warmUp: 0 }
    const { measured } = await bench.compare(
      [
        { ...work, peer: peers.sluiceStream, protocol: 'https' },
        { ...work, peer: peers.sluiceHttp2, protocol: 'http2' },
        { ...work, peer: peers.undiciHttp2, protocol: 'http2' },
        { ...work, peer: peers.sluiceStream, body: 'packed' },
        { ...work, peer: peers.undiciDecompress, body: 'packed' },
        { ...work, peer: peers.sluiceFetch, body: 'events' },
      ],
      1,
    )
    expect(measured).toHaveLength(6)
  })

  it('refuses the figures of a peer that has sent more or less than its calls', async () => {
    const entry = { peer: peers.undiciRequest, calls: 10, concurrency: 2, warmUp: 0, isOffline: true }
    await expect(bench.compare([entry])).rejects.toThrow('undici `request` has sent 10 requests for 0 calls')
  })

  it('fails with a peer whose calls fail, and says why', async () => {
    const broken: Peer = { name: 'broken', file: 'no-such-peer.ts', needs: [], lacks: '' }
    await expect(bench.compare([{ peer: broken, calls: 1, concurrency: 1 }])).rejects.toThrow(/broken .*no-such-peer/s)
  })

  it.each([
    ['a package', 'crawlee.ts', 'no-such-package is not installed'],
    ['a module of Python', 'httpx_gather.py', 'no Python here has no-such-package'],
    ['a command', 'curl.sh', 'there is no no-such-package here'],
  ])('names whom it leaves out for want of %s', async (_, file, reason) => {
    const missing: Peer = { name: 'missing', file, needs: ['no-such-package'], lacks: '' }
    const { measured, leftOut } = await bench.compare([{ peer: missing, calls: 1, concurrency: 1 }])

    expect(measured).toEqual([])
    expect(leftOut).toEqual([{ label: 'missing', reason }])
  })
})

describe('a proxy', () => {
  it.each(
    [proxies.nginx, proxies.bareNode].filter(
      ({ name }) => name !== proxies.nginx.name || existsSync('/usr/sbin/nginx'),
    ),
  )('$name passes requests on, in a process that is asked for its CPU and memory', async (proxy) => {
    const upstream = new URL(server.url('', 0)).origin
    await using process = await ProxyProcess.start(proxy, { upstream, core: undefined })
    const name = bench.nextTurn()
    const response = await fetch(process.origin + new URL(server.url(name, 0)).pathname)

    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ name: 'Garden Chair' })])
    expect(await server.asked(name)).toMatchObject({ count: 1 })
    expect(process.cpu()).toBeGreaterThanOrEqual(0)
    expect(process.rss()).toBeGreaterThan(1e6)
  })
})

describe('figures of several rounds', () => {
  it.each([
    [[5], { median: 5, least: 5, most: 5 }],
    [[9, 1, 2], { median: 2, least: 1, most: 9 }],
    [[4, 1, 2, 9], { median: 3, least: 1, most: 9 }],
  ])('%j have a median and a range', (numbers, expected) => {
    expect(spreadOf(numbers)).toEqual(expected)
  })

  it('are compared round by round, so that a round in which everything is slow changes nothing', () => {
    expect(ratioOf([20, 200, 22], [10, 100, 11])).toEqual({ median: 2, least: 2, most: 2 })
  })

  it('meet a target by their median', () => {
    const measured = { median: 1.15, least: 1, most: 2 }
    expect([atMost('', measured, 1.15).isMet, atMost('', measured, 1.14).isMet]).toEqual([true, false])
    expect([atLeast('', measured, 1.15).isMet, atLeast('', measured, 1.16).isMet]).toEqual([true, false])
  })
})

describe('the page', () => {
  const begin = '<!-- measured: written by `npm run bench`, do not edit -->'
  const end = '<!-- end of measured -->'
  const row = { name: 'row', title: 'A row', about: 'What is done.', measure: () => Promise.reject() }
  const report = {
    date: '2026-01-02T03:04:05.000Z',
    rounds: 5,
    machine: { cpu: 'A processor', cores: 2, memory: 8e9, load: 0.25 },
    pinning: 'Not pinned.',
    versions: { node: '24.0.0' },
    rows: [
      {
        row,
        findings: {
          head: ['', 'us'],
          lines: [['one', '20.0']],
          verdicts: [atMost('one', { median: 1.2, least: 1.1, most: 1.3 }, 1.15)],
          comparison: { measured: [], leftOut: [{ label: 'two', reason: 'it is not here' }] },
        },
      },
    ],
  }

  it('keeps what people have written, and has what was measured between its two lines', () => {
    expect(withMeasured(`Above.\n${begin}\nold\n${end}\nBelow.\n`, report)).toBe(`Above.
${begin}

2026-01-02, rounds: 5. Cores: 2 (A processor), 8 GB; load average before 0.25. Not pinned.

Versions: node 24.0.0.

### A row

What is done.

|  | us |
| --- | --- |
| one | 20.0 |

Left out: two (it is not here).

| target |  | measured | result |
| --- | --- | --- | --- |
| one | at most 1.15 x | 1.20 x (1.10 x to 1.30 x) | missed |

${end}
Below.
`)
  })

  it('is not touched without them', () => {
    expect(() => withMeasured(`Above.\n${end}\n${begin}`, report)).toThrow('the page has no lines')
  })
})
