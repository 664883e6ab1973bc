import { Client } from 'pg'
import { afterEach, expect, it, vi } from 'vitest'
import { createClient } from '../../src/client/create-client.ts'
import { loadSqliteDriver } from '../../src/database/sqlite/drivers.ts'
import { startRun, startWorker, type Worker, type WorkerEvent } from '../../src/runs/index.ts'
import type { RunStore, SharedStore } from '../../src/stores/index.ts'
import { sqliteStore } from '../../src/stores/sqlite/index.ts'
import { memoryTransport } from '../../src/transport/index.ts'
import { CuttingProxy } from '../stores/postgres/cutting-proxy.ts'
import { sharedDatabase, shareItems } from '../stores/postgres/shared-database.ts'
import { TempFolder } from '../stores/sqlite/temp-file.ts'

const { open, execute, url } = sharedDatabase()
const workers: Worker[] = []

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain(0)))
})

/** Starts a run of one process. Returns the paths of its requests, and the events of its store. */
async function runAlone(store: RunStore, count: number) {
  const [seen, events]: [string[], string[]] = [[], []]
  const transport = memoryTransport((request) => {
    seen.push(new URL(request.url).pathname)
    return { status: 200, headers: {}, body: new Uint8Array() }
  })
  const client = createClient({ baseUrl: 'http://api.test', concurrency: 4, transport })
  const source = Array.from({ length: count }, (_, index) => `/${index}`)
  const run = await startRun({ store, client, source, name: 'k', onStore: ({ type }) => events.push(type) })
  return { seen, events, finished: run.finish() }
}

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

it('results that the store does not take for a while are buffered until it does, and not requested again', async () => {
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

it('a worker tells within seconds that the table of results is locked, and continues when it is free, sending nothing twice', async () => {
  const store = await open()
  await shareItems(store, 400, { chunkSize: 200 })
  const events: string[] = []
  const { seen, worker } = await work(store, 20, ({ type }) => events.push(type))
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(20), 20_000)
  const other = new Client({ connectionString: url() })
  await other.connect()
  await other.query('BEGIN; LOCK TABLE sluice.results IN ACCESS EXCLUSIVE MODE')
  await vi.waitFor(() => expect(worker.status().isConnected).toBe(false), 20_000)
  expect(events.filter((type) => type.startsWith('store'))).toEqual(['store.lost'])
  await other.end()
  await vi.waitFor(async () => expect(await store.find('k')).toMatchObject({ succeeded: 400 }), 20_000)
  expect(worker.status().isConnected).toBe(true)
  expect(events.filter((type) => type.startsWith('store'))).toEqual(['store.lost', 'store.back'])
  expect(seen).toHaveLength(400)
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

it('a drained worker does not wait forever for a store that is away', async () => {
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

it.each(['53100', '57014', '54000'])(
  'a run of one process waits while the database refuses its results with %s, and sends nothing twice',
  async (state) => {
    const store = await open()
    await execute(`
      CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '${state}'; END $$;
      CREATE TRIGGER trouble BEFORE INSERT ON results FOR EACH ROW EXECUTE FUNCTION trouble()`)
    const { seen, events, finished } = await runAlone(store, 2_000)
    await vi.waitFor(() => expect(events).toEqual(['store.lost']), 20_000)
    await execute('DROP TRIGGER trouble ON results')
    await finished
    // A value that is refused for no fault of its own costs the item that was tried last.
    const failed = state === '54000' ? 1 : 0
    expect(await store.find('k')).toMatchObject({ succeeded: 2_000 - failed, failed, requests: 2_000 })
    expect(new Set(seen).size).toBe(2_000)
    expect(seen).toHaveLength(2_000)
    expect(events).toEqual(['store.lost', 'store.back'])
  },
)

it('a worker keeps its results while the database refuses every row for no fault of an item, and sends nothing twice', async () => {
  const store = await open()
  await execute(`
    CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '54000'; END $$;
    CREATE TRIGGER trouble BEFORE INSERT ON results FOR EACH ROW EXECUTE FUNCTION trouble()`)
  await shareItems(store, 40)
  const failed: WorkerEvent[] = []
  const events: string[] = []
  const { seen } = await work(store, 1, (event) => {
    events.push(event.type)
    if (event.type === 'item.failed') failed.push(event)
  })
  await vi.waitFor(() => expect(events).toContain('store.lost'), 20_000)
  await execute('DROP TRIGGER trouble ON results')
  await vi.waitFor(async () => expect(await store.find('k')).toMatchObject({ succeeded: 39, failed: 1 }), 20_000)
  expect(seen.toSorted()).toEqual(Array.from({ length: 40 }, (_, index) => `/${index}`).toSorted())
  expect(failed).toMatchObject([{ message: expect.stringContaining('cannot store a value: 54000 (trouble)') }])
})

it('a run of one process waits while another process holds the lock of its file, and sends nothing twice', async () => {
  using folder = new TempFolder()
  const store = await sqliteStore({ path: folder.file(), busyTimeout: 50 })
  const { seen, events, finished } = await runAlone(store, 2_000)
  const { open } = await loadSqliteDriver('test', undefined)
  const other = open(folder.file(), { busyTimeout: 5_000 })
  other.exec('BEGIN IMMEDIATE')
  await vi.waitFor(() => expect(events).toEqual(['store.lost']), 20_000)
  other.exec('COMMIT')
  other.close()
  await finished
  expect(await store.find('k')).toMatchObject({ succeeded: 2_000, failed: 0 })
  expect(new Set(seen).size).toBe(2_000)
  expect(seen).toHaveLength(2_000)
  await store.close()
})
