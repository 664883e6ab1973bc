import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import type { SluiceEvent } from 'sluice'
import type { WorkerStatus } from 'sluice/runs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { version } from '../../io.ts'
import { openHealthEndpoint } from './health-endpoint.ts'

const working: WorkerStatus = {
  id: 3,
  state: 'working',
  isConnected: true,
  inFlight: 12,
  waiting: 80,
  heldBy: [],
  runs: ['nightly', 'hourly'],
  chunks: 4,
  succeeded: 100,
  failed: 5,
  parked: 2,
  requests: 130,
  throttled: 7,
  lost: 1,
}

async function serve(first: WorkerStatus | undefined) {
  const worker = { now: first }
  const endpoint = await openHealthEndpoint({
    host: '127.0.0.1',
    port: 0,
    concurrency: 100,
    status: () => worker.now,
    backlog: async () => (worker.now === undefined ? undefined : { runs: 3, items: 4_000 }),
  })
  onTestFinished(() => endpoint.close())
  const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
    const response = await fetch(endpoint.url + path, { method })
    return [response.status, await response.text()]
  }
  return { worker, endpoint, get }
}

/** The lines that are no comments, as a map. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

describe('the health of a worker', () => {
  it('is alive and ready while it works', async () => {
    const { get } = await serve(working)
    expect(await get('/livez')).toEqual([200, 'alive\n'])
    expect(await get('/readyz')).toEqual([200, 'ready\n'])
    expect(await get('/readyz?verbose=1')).toEqual([200, 'ready\n'])
    expect(await get('/readyz', 'HEAD')).toEqual([200, ''])
  })

  it.each([
    [undefined, 'the worker has not joined yet\n'],
    [{ ...working, isConnected: false }, 'the store does not answer\n'],
    [{ ...working, state: 'draining' as const }, 'the worker is draining\n'],
    [{ ...working, state: 'ended' as const }, 'the worker has ended\n'],
  ])('is alive but not ready, and says why', async (status, reason) => {
    const { get } = await serve(status)
    expect(await get('/livez')).toEqual([200, 'alive\n'])
    expect(await get('/readyz')).toEqual([503, reason])
  })

  it('refuses other paths and methods', async () => {
    const { get } = await serve(working)
    expect(await get('/')).toEqual([404, 'there are /livez, /readyz and /metrics\n'])
    expect((await get('/metrics', 'POST'))[0]).toBe(405)
  })

  it('says which port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const opening = openHealthEndpoint({ host: '127.0.0.1', port, concurrency: 1, status: () => working })
    await expect(opening).rejects.toThrow(`--health: port ${port} of 127.0.0.1 is in use; give another one`)
  })

  it('lets go of its port although somebody holds a connection open and says nothing', async () => {
    const { endpoint } = await serve(working)
    const { port } = new URL(endpoint.url)
    const silent = connect(Number(port), '127.0.0.1')
    await new Promise((resolve) => silent.once('connect', resolve))
    const gone = new Promise((resolve) => silent.once('close', resolve))
    await endpoint.close()
    await gone
    const again = await openHealthEndpoint({
      host: '127.0.0.1',
      port: Number(port),
      concurrency: 1,
      status: () => working,
    })
    await again.close()
  })
})

describe('the metrics of a worker', () => {
  it('are counts and states, each with a line of help, units in the names', async () => {
    const { get, endpoint } = await serve(working)
    const response = await fetch(`${endpoint.url}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain.*version=0\.0\.4/)
    const text = (await get('/metrics'))[1]
    expect(Object.fromEntries(samples(text))).toEqual({
      sluice_worker_in_flight: 12,
      sluice_worker_waiting: 80,
      sluice_worker_concurrency_limit: 100,
      sluice_worker_draining: 0,
      sluice_runs: 2,
      sluice_chunks: 4,
      sluice_store_up: 1,
      'sluice_items_total{result="succeeded"}': 100,
      'sluice_items_total{result="failed"}': 5,
      'sluice_items_total{result="parked"}': 2,
      sluice_requests_total: 130,
      sluice_throttled_total: 7,
      sluice_chunks_lost_total: 1,
      sluice_backlog_runs: 3,
      sluice_backlog_items: 4_000,
      [`sluice_build_info{version="${version}"}`]: 1,
    })
    const names = new Set([...samples(text).keys()].map((name) => name.replace(/\{.*/, '')))
    for (const name of names) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} [A-Z1].+\\.$`, 'm'))
      expect(text).toMatch(new RegExp(`^# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}$`, 'm'))
    }
  })

  it('are those of the table in docs/workers.md', async () => {
    const { get, endpoint } = await serve(working)
    const settled = { type: 'attempt.settled', verdict: 'success', duration: 1, bytes: 1, protocol: 'h2' }
    endpoint.listener(settled as SluiceEvent)
    const found = (await get('/metrics'))[1].matchAll(/^# TYPE (\S+) (\S+)$/gm)
    const page = readFileSync(join(import.meta.dirname, '../../../../../docs/workers.md'), 'utf8')
    const listed = page.matchAll(/^\| `(sluice_\w+)[^`]*` \| (\w+) \|/gm)
    const pairs = (all: Iterable<RegExpExecArray>) => Array.from(all, ([, name, kind]) => `${name} ${kind}`).sort()
    expect(pairs(listed)).toEqual(pairs(found))
  })

  it('only go up where they count, and follow what they show', async () => {
    const { get, worker } = await serve(working)
    const before = samples((await get('/metrics'))[1])
    worker.now = { ...working, inFlight: 3, succeeded: 150, requests: 190, isConnected: false }
    const after = samples((await get('/metrics'))[1])
    expect(after.get('sluice_worker_in_flight')).toBe(3)
    expect(after.get('sluice_store_up')).toBe(0)
    for (const [name, value] of before)
      if (name.includes('_total')) expect(after.get(name)).toBeGreaterThanOrEqual(value)
    expect(after.get('sluice_items_total{result="succeeded"}')).toBe(150)
  })

  it('have the durations of attempts in seconds, by how they ended', async () => {
    const { get, endpoint } = await serve(working)
    for (const duration of [80, 300, 12_000])
      endpoint.listener({
        type: 'attempt.settled',
        verdict: 'success',
        duration,
        bytes: 10,
        protocol: 'h2',
      } as SluiceEvent)
    const found = samples((await get('/metrics'))[1])
    const bucket = (le: string) => found.get(`sluice_attempt_duration_seconds_bucket{verdict="success",le="${le}"}`)
    expect([bucket('0.05'), bucket('0.1'), bucket('0.5'), bucket('30'), bucket('+Inf')]).toEqual([0, 1, 2, 3, 3])
    expect(found.get('sluice_response_bytes_total')).toBe(30)
    expect(found.get('sluice_attempts_total{protocol="h2"}')).toBe(3)
    expect(found.get('sluice_attempt_duration_seconds_sum{verdict="success"}')).toBeCloseTo(12.38)
  })

  it('say before the worker has joined that the store is away, without counts', async () => {
    const { get } = await serve(undefined)
    const [code, text] = await get('/metrics')
    expect(code).toBe(200)
    expect(Object.fromEntries(samples(text))).toEqual({
      [`sluice_build_info{version="${version}"}`]: 1,
      sluice_store_up: 0,
    })
  })
})
