import { type RunningSimulator, type ScenarioInput, serveSimulator } from '@sluice/simulator'
import { type BenchmarkOptions, benchmark } from 'sluice/benchmark'
import { afterEach, describe, expect, it } from 'vitest'

let server: RunningSimulator | undefined

afterEach(() => server?.close())

/** The report on a server on a socket, and what that has seen. */
async function reportOn(scenario: ScenarioInput, path: (index: number) => string, options: BenchmarkOptions) {
  server = await serveSimulator({ scenario })
  const requests = Array.from({ length: options.count ?? 50 }, (_, index) => path(index + 1))
  const report = await benchmark({ baseUrl: server.url, proxy: 'none' }, requests, {
    repeat: 1,
    auto: false,
    ...options,
  })
  return { report, stats: server.simulator.stats() }
}

const product = (index: number): string => `/products/${index}`

describe('on real sockets', () => {
  it('a server that works on 8 at once is found to be full, and 10 at once to be enough', async () => {
    const { report, stats } = await reportOn({ capacity: 8, latency: '50ms' }, product, {
      count: 40,
      levels: [5, 10, 40],
    })
    expect(report.limitedBy, report.evidence).toBe('server-capacity')
    expect(report.sweetSpot).toBe(10)
    expect(report.evidence).toMatch(/the API works on about (7|8|9) at once/)
    expect(stats.requests).toBe(report.sentRequests)
    expect(report.sentRequests).toBe(report.plannedRequests)
    expect(stats.largestAtOnce).toBe(40)
  })

  it('a server without a limit is found to have none up to what was tried', async () => {
    const { report } = await reportOn({ latency: '100ms' }, product, { count: 20, levels: [5, 10, 20] })
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

  it('opens a connection for each request of the first row, and none in those that follow', async () => {
    const { report } = await reportOn({ latency: '5ms' }, product, { count: 10, levels: [5] })
    const [sequential, reused, five] = report.rows
    expect([sequential!.mode, reused!.mode, five!.mode]).toEqual(['sequential', 'reused', 'concurrent'])
    expect(sequential!.connectMs).toBeGreaterThan(reused!.connectMs)
    expect(five!.connectMs).toBeLessThan(sequential!.connectMs)
    expect(server!.simulator.stats().requests).toBe(10 * 3 + 5)
  })
})
