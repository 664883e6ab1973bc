import { type RunningSimulator, type ScenarioInput, serveSimulator } from '@sluice/simulator'
import { createClient, type RequestInput } from 'sluice'
import { isFinished, type OpenedRun } from 'sluice/internal'
import { shareRun, startWorker, type Worker, type WorkerEvent } from 'sluice/runs'
import type { SharedStore, StoredResult } from 'sluice/stores'
import { postgresStore } from 'sluice/stores/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRunDatabase, type TestDatabase } from '../postgres/index.ts'

let database: TestDatabase
let server: RunningSimulator
const stores: SharedStore[] = []
const workers: Worker[] = []

beforeEach(async () => {
  database = await openRunDatabase()
})

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain(0)))
  for (const store of stores.splice(0)) await store.close()
  await server?.close()
  await database.close()
})

async function serve(scenario: ScenarioInput): Promise<void> {
  server = await serveSimulator({ scenario })
}

async function openStore(): Promise<SharedStore> {
  const store = await postgresStore({ url: database.url })
  stores.push(store)
  return store
}

interface Work {
  readonly untilDone?: boolean
  readonly concurrency?: number
  readonly client?: Parameters<typeof createClient>[0]
  readonly opened?: Partial<OpenedRun>
  readonly onEvent?: (event: WorkerEvent) => void
}

async function work({ client, opened, ...options }: Work = {}): Promise<Worker> {
  const worker = await startWorker({
    store: await openStore(),
    open: (_, sharedLimits) => ({
      client: createClient({ baseUrl: server.url, concurrency: 40, ...client, sharedLimits }),
      ...opened,
    }),
    ...options,
  })
  workers.push(worker)
  return worker
}

const products = (count: number): string[] => Array.from({ length: count }, (_, index) => `/products/${index + 1}`)

async function resultsOf(store: SharedStore, name: string): Promise<readonly StoredResult[]> {
  const run = await store.find(name)
  return await store.results(run!.id, { limit: 100_000 })
}

async function share(source: readonly RequestInput[], chunkSize = 20): Promise<SharedStore> {
  const store = await openStore()
  await shareRun({ store, name: 'k', source, chunkSize })
  return store
}

/** Looks every 20 ms, for 20 s at most. */
async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 1_000; look++) {
    if (await is()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it has not come to pass')
}

describe('a run that is shared', () => {
  it('is done by two workers together: each item has one result, and was sent once', async () => {
    await serve({ latency: '20ms' })
    const store = await share(products(400))
    const both = await Promise.all([work({ untilDone: true }), work({ untilDone: true })])
    await Promise.all(both.map(({ finished }) => finished))

    const results = await resultsOf(store, 'k')
    expect(results.map(({ index }) => index)).toEqual(products(400).map((_, index) => index))
    expect(results.map(({ url }) => url)).toEqual(products(400).map((path) => server.url + path))
    expect(server.stats()).toMatchObject({ requests: 400, mostRepeated: { times: 1 } })
    const run = (await store.find('k'))!
    expect(run).toMatchObject({ isShared: true, read: 400, hasEnded: true, succeeded: 400, failed: 0 })
    expect(isFinished(run)).toBe(true)
    const shares = both.map((worker) => worker.status().succeeded)
    expect(shares[0]! + shares[1]!).toBe(400)
    expect(Math.min(...shares)).toBeGreaterThan(0)
    expect(await store.chunkCounts(run.id)).toEqual({ waiting: 0, held: 0, done: 20 })
  })

  it('can be begun on while it is still read', async () => {
    await serve({ latency: '1ms' })
    const store = await openStore()
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    async function* slowly(): AsyncGenerator<string> {
      yield* products(10)
      await gate
      yield* products(10)
    }
    const sharing = shareRun({ store, name: 'k', source: slowly(), chunkSize: 5 })
    await until(async () => (await store.find('k')) !== undefined)
    const worker = await work({ untilDone: true })
    await until(async () => (await store.find('k'))?.succeeded === 10)
    release()
    await sharing
    await worker.finished
    expect((await resultsOf(store, 'k')).map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, at) => at))
  })

  it('keeps the reason of an item that cannot be sent, and does the others', async () => {
    await serve({ latency: '1ms' })
    const store = await share([
      '/products/1',
      { url: '/products/2', headers: { authorization: 'Bearer s3cret' } },
      'ftp://x',
    ])
    await (await work({ untilDone: true })).finished
    const results = await resultsOf(store, 'k')
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false])
    expect(JSON.stringify(results)).not.toContain('s3cret')
  })

  it('continues where a worker was drained, and what it had not sent is sent by another', async () => {
    await serve({ latency: '30ms' })
    const store = await share(products(300))
    const first = await work()
    await until(() => server.stats().requests > 60)
    await first.drain()
    expect(first.status()).toMatchObject({ state: 'ended', inFlight: 0, chunks: 0 })
    expect((await store.chunkCounts(1)).held).toBe(0)
    const settled = (await store.find('k'))!.succeeded
    expect(settled).toBe(server.stats().requests)

    await (await work({ untilDone: true })).finished
    expect(await resultsOf(store, 'k')).toHaveLength(300)
    expect(server.stats().requests).toBe(300)
  })

  it('is not delayed by a run that a worker cannot open', async () => {
    await serve({ latency: '1ms' })
    const store = await openStore()
    await shareRun({ store, name: 'locked', source: products(3) })
    await shareRun({ store, name: 'open', source: products(3) })
    const events: WorkerEvent[] = []
    const worker = await startWorker({
      store,
      open: (run, sharedLimits) => {
        if (run.name === 'locked') throw new Error('TOKEN is not set here')
        return { client: createClient({ baseUrl: server.url, sharedLimits }) }
      },
      onEvent: (event) => events.push(event),
    })
    workers.push(worker)
    await until(async () => isFinished((await store.find('open'))!))
    expect(events).toContainEqual(expect.objectContaining({ type: 'run.refused', run: 'locked' }))
    expect((await store.find('locked'))!.succeeded).toBe(0)
  })

  it('does failures again when they are requeued, in the hands of whoever works on it', async () => {
    await serve({ latency: '1ms', faults: { '404': 1 } })
    const store = await share(products(30), 7)
    await (await work({ untilDone: true })).finished
    const run = (await store.find('k'))!
    expect(run).toMatchObject({ succeeded: 0, failed: 30 })
    await server.close()
    await serve({ latency: '1ms' })
    expect(await store.requeue(run.id, { endings: ['404'] })).toBe(30)
    await (await work({ untilDone: true })).finished
    expect(await store.find('k')).toMatchObject({ succeeded: 30, failed: 0, parked: 0 })
  })

  it('parks what has to wait for long, and ends when only that is left', async () => {
    await serve({ latency: '1ms', limit: 'fixed:5/h' })
    const store = await share(products(8), 4)
    await (await work({ untilDone: true, client: { retry: { maxRetryAfter: '1s' } } })).finished
    const run = (await store.find('k'))!
    expect(run).toMatchObject({ succeeded: 5, parked: 3 })
    expect(isFinished(run)).toBe(false)
    expect(run.nextDueAt).toBeGreaterThan(Date.now())
  })

  it('sends the same idempotency key whoever sends an item', async () => {
    await serve({ latency: '200ms' })
    const store = await share(products(40).map((url) => ({ url: url.replace('products', 'echo'), method: 'POST' })))
    const slow = await work({ opened: { idempotencyKey: true } })
    await until(() => server.stats().requests >= 40)
    await slow.drain(0)
    await (await work({ untilDone: true, opened: { idempotencyKey: true } })).finished
    const keys = Map.groupBy(server.simulator.arrivals, ({ path }) => path)
    expect([...keys.values()].every((list) => new Set(list.map(({ key }) => key)).size === 1)).toBe(true)
    expect(await resultsOf(store, 'k')).toHaveLength(40)
  })
})

describe('a chunk that was taken over', () => {
  it('is settled by its last owner only: whoever was too slow overwrites nothing', async () => {
    await serve({ latency: '1ms' })
    const store = await share(products(4), 4)
    const { id } = (await store.find('k'))!
    const [slow, quick] = [await store.join(anybody), await store.join(anybody)]
    const [old] = await claim(store, id, 1, slow)
    await store.releaseChunks([old!])
    const [current] = await claim(store, id, 1, quick)
    expect(current!.epoch).toBe(old!.epoch + 1)

    const late = await store.commitHeld(id, slow, [old!], { results: [resultOf(0, 'late')], at: 1 })
    expect(late.lost).toEqual([old])
    expect(await store.results(id)).toEqual([])
    const kept = await store.commitHeld(id, quick, [current!], { results: [resultOf(0, 'in time')], at: 2 })
    expect(kept.lost).toEqual([])
    expect((await store.results(id)).map((result) => result.id)).toEqual(['in time'])
    expect(await store.find('k')).toMatchObject({ succeeded: 1 })
    const report = { inFlight: 0, settled: 0, isDraining: false }
    expect((await store.beat(slow, report)).held).toEqual([])
    expect((await store.beat(quick, report)).held).toHaveLength(1)
  })

  it('has the items only that are not settled', async () => {
    await serve({ latency: '1ms' })
    const store = await share(products(4), 4)
    const { id } = (await store.find('k'))!
    const [old] = await claim(store, id, 1, await store.join(anybody))
    await store.commitHeld(id, 1, [old!], { results: [resultOf(1, 'b')], at: 1 })
    await store.releaseChunks([old!])
    const [current] = await claim(store, id, 1, await store.join(anybody))
    expect(current!.items.map(({ index }) => index)).toEqual([0, 2, 3])
  })

  it('is not in line twice, however often it is looked for', async () => {
    await serve({ latency: '1ms' })
    const store = await share(products(10), 5)
    const { id } = (await store.find('k'))!
    const worker = await store.join(anybody)
    expect(await store.reconcile(id)).toBe(0)
    expect(await claim(store, id, 5, worker)).toHaveLength(2)
    expect(await store.reconcile(id)).toBe(0)
    expect(await claim(store, id, 5, worker)).toEqual([])
  })
})

/** Claims chunks of one run. */
async function claim(store: SharedStore, runId: number, count: number, worker: number) {
  const claimed = await store.claimChunks(worker, [{ runId, count }])
  return claimed.map(({ chunk, items }) => ({ ...chunk, items }))
}

const anybody = { host: 'h', pid: 1, concurrency: 1 }

function resultOf(index: number, id: string): StoredResult {
  return {
    index,
    id,
    ok: true,
    status: 200,
    attempts: 1,
    requests: 1,
    throttled: 0,
    attemptMs: [1],
    timing: [0, 0, 0, 0, 0, 1],
    bodyKind: 'none',
    settledAt: 1,
  }
}
