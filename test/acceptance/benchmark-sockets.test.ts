import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RunningSimulator, type ScenarioInput, serveSimulator } from '@sluice/simulator'
import { type BenchmarkOptions, benchmark } from 'sluice/benchmark'
import { afterAll, describe, expect, it } from 'vitest'

const servers: RunningSimulator[] = []
afterAll(() => Promise.all(servers.map((server) => server.close())))

/** The report on a server on a socket, and what that has seen. */
async function reportOn(scenario: ScenarioInput, path: (index: number) => string, options: BenchmarkOptions) {
  const server = await serveSimulator({ scenario })
  servers.push(server)
  const requests = Array.from({ length: options.count ?? 50 }, (_, index) => path(index + 1))
  const report = await benchmark({ baseUrl: server.url, proxy: 'none' }, requests, {
    repeat: 1,
    auto: false,
    ...options,
  })
  return { report, stats: server.simulator.stats() }
}

const product = (index: number): string => `/products/${index}`

// Rows are told apart by real time: a busy machine gets another try.
// They wait for the server, for a quota or for bytes: beside each other.
describe.concurrent('on real sockets', { retry: 2 }, () => {
  it('a server that works on 8 at once is found to be full, and 10 at once to be enough', async () => {
    const { report, stats } = await reportOn({ capacity: 8, latency: '80ms' }, product, {
      count: 40,
      levels: [5, 10, 40],
    })
    expect(report.limitedBy, report.evidence).toBe('server-capacity')
    expect(report.sweetSpot).toBe(10)
    expect(report.evidence).toMatch(/the API processes about (7|8|9) at once/)
    expect(stats.requests).toBe(report.sentRequests)
    expect(report.sentRequests).toBe(report.plannedRequests)
    expect(stats.largestAtOnce).toBe(40)
  })

  it('a server without a limit is found to have none up to what was tried', async () => {
    const { report } = await reportOn({ latency: '100ms' }, product, {
      count: 20,
      levels: [5, 10, 20],
      repeat: 2,
    })
    expect(report.limitedBy, report.evidence).toBe('concurrency')
    expect(report.sweetSpot).toBe(20)
    const ten = report.rows.find(({ concurrency }) => concurrency === 10)!
    expect(ten.speedup).toBeGreaterThan(8)
    expect(ten.speedup).toBeLessThan(11)
  })

  it('a quota of 40 a second is found, with hardly a refusal', async () => {
    const { report, stats } = await reportOn({ limit: 'sliding:40/s', latency: '20ms' }, product, {
      count: 50,
      levels: [5, 10, 20],
    })
    expect(report.limitedBy, report.evidence).toBe('rate-limit')
    expect(stats.refused).toBeLessThan(0.2 * stats.requests)
  })

  it('a narrow line is distinguished from a slow server', async () => {
    const scenario = { line: '2MB/s', latency: '50ms' }
    const { report } = await reportOn(scenario, () => '/bytes/40000', { count: 30, levels: [5, 10, 20] })
    expect(report.limitedBy, report.evidence).toBe('network')
    const top = report.rows.at(-1)!
    expect(top.bytesPerSecond).toBeLessThan(2_100_000)
    expect(top.bytesPerSecond).toBeGreaterThan(1_400_000)
  })
})

describe('on real sockets, with the process for itself', { retry: 2 }, () => {
  it('a client that has too much to parse is found to be what is full', async () => {
    // A server of its own, whose work is not counted as ours: JSON is quicker sent than parsed.
    const body = JSON.stringify(
      Array.from({ length: 40_000 }, (_, index) => ({ index, name: `item ${index}`, tags: [index] })),
    )
    const quick = createServer((_, response) => response.end(body))
    await new Promise<void>((resolve) => quick.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(quick.address() as AddressInfo).port}/`
      const requests = [{ url, readAs: 'json' as const }]
      const report = await benchmark({ proxy: 'none' }, requests, {
        count: 30,
        levels: [5, 10],
        repeat: 1,
        auto: false,
      })
      expect(report.limitedBy, report.evidence).toBe('client-cpu')
    } finally {
      quick.closeAllConnections()
      await new Promise((resolve) => quick.close(resolve))
    }
  })

  it('opens a connection for each request of the first row, and none in those that follow', async () => {
    const { report, stats } = await reportOn({ latency: '5ms' }, product, { count: 10, levels: [5] })
    expect(report.rows.map(({ mode }) => mode)).toEqual(['sequential', 'reused', 'concurrent'])
    expect(stats).toMatchObject({ requests: 10 * 3 + 5, connections: 10 + 5 })
  })
})
