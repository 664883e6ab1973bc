import { afterEach, expect, it, vi } from 'vitest'
import { createClient } from '../../src/client/create-client.ts'
import { startWorker, type Worker, type WorkerEvent } from '../../src/runs/index.ts'
import type { SharedStore } from '../../src/stores/index.ts'
import { memoryTransport } from '../../src/transport/index.ts'
import { CuttingProxy } from '../stores/postgres/cutting-proxy.ts'
import { sharedDatabase, shareItems } from '../stores/postgres/shared-database.ts'

const { open, execute, url } = sharedDatabase()
const workers: Worker[] = []

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain(0)))
})

/** Paths of the requests that one worker sends, each answered after `delay` ms. */
async function work(store: SharedStore, delay: number, onEvent?: (event: WorkerEvent) => void) {
  const seen: string[] = []
  const transport = memoryTransport(async (request) => {
    seen.push(new URL(request.url).pathname)
    await new Promise((resolve) => setTimeout(resolve, delay))
    return { status: 200, headers: {}, body: new Uint8Array() }
  })
  const open = () => ({ client: createClient({ baseUrl: 'http://api.test', concurrency: 4, transport }) })
  const worker = await startWorker({ store, open, ...(onEvent === undefined ? {} : { onEvent }) })
  workers.push(worker)
  return { seen, worker }
}

it('results that the store does not take for a while are kept until it does, and not sent again', async () => {
  const store = await open()
  await execute(`
    CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '57014'; END $$;
    CREATE TRIGGER trouble BEFORE INSERT ON results FOR EACH ROW EXECUTE FUNCTION trouble()`)
  await shareItems(store, 40)
  const events: string[] = []
  const { seen, worker } = await work(store, 1, ({ type }) => events.push(type))
  await vi.waitFor(() => expect(events).toContain('store.lost'), 20_000)
  // Reports to the store succeed in between.
  await vi.waitFor(() => expect(worker.status().isConnected).toBe(false), { timeout: 20_000, interval: 1 })
  await execute('DROP TRIGGER trouble ON results')
  await vi.waitFor(async () => expect(await store.find('k')).toMatchObject({ succeeded: 40 }), 20_000)
  expect(seen.toSorted()).toEqual(Array.from({ length: 40 }, (_, index) => `/${index}`).toSorted())
  await vi.waitFor(() => expect(events).toContain('store.back'), 20_000)
})

it('a worker that may have lost its chunks sends nothing more of them, not even what it had read ahead', async () => {
  await using network = await CuttingProxy.before(url())
  const store = await open()
  await shareItems(store, 400, { chunkSize: 200 })
  const cut = await work(await open({ url: network.url, reconnectTimeout: 1_000 }), 50)
  await vi.waitFor(() => expect(cut.seen.length).toBeGreaterThan(20), 20_000)
  network.isDown = true
  await vi.waitFor(() => expect(cut.worker.status().isConnected).toBe(false), 20_000)
  const sent = cut.seen.length
  const other = await work(store, 50)
  await vi.waitFor(async () => expect(await store.find('k')).toMatchObject({ succeeded: 400 }), 40_000)
  expect(cut.seen).toHaveLength(sent)
  network.isDown = false
  await vi.waitFor(() => expect(cut.worker.status()).toMatchObject({ isConnected: true, chunks: 0 }), 20_000)
  expect(cut.seen).toHaveLength(sent)
  expect(new Set(other.seen).size).toBe(other.seen.length)
})

it('a drained worker does not wait for ever for a store that is away', async () => {
  await using network = await CuttingProxy.before(url())
  const store = await open({ url: network.url })
  await shareItems(store, 40)
  const { seen, worker } = await work(store, 20)
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(5), 20_000)
  network.isDown = true
  await worker.drain(0)
  expect(worker.status().state).toBe('ended')
  network.isDown = false
})
