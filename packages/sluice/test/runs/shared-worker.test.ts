import { afterEach, describe, expect, it } from 'vitest'
import type { Client } from '../../src/client/client.ts'
import { createClient } from '../../src/client/create-client.ts'
import { startWorker, type Worker, type WorkerEvent, type WorkerOptions } from '../../src/runs/index.ts'
import type { SharedStore } from '../../src/stores/index.ts'
import { isFinished } from '../../src/stores/stored-run.ts'
import { systemClock } from '../../src/time/system-clock.ts'
import { memoryTransport } from '../../src/transport/index.ts'
import { anybody, claim, sharedDatabase, shareItems } from '../stores/postgres/shared-database.ts'
import { failureOf } from '../stores/stored.ts'

const { open, execute } = sharedDatabase()
const workers: Worker[] = []

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain(0)))
})

/** A client of an API in this process, with what it was asked and how often it was closed. */
function api() {
  const seen: string[] = []
  const counts = { closed: 0 }
  const transport = memoryTransport(async ({ url }) => {
    seen.push(new URL(url).pathname)
    return { status: 200, headers: {}, body: new Uint8Array() }
  })
  const client = (rate?: string): Client => {
    const made = createClient({ baseUrl: 'http://api.test', concurrency: 20, rate, transport })
    const close = async (): Promise<void> => {
      counts.closed++
      await made.close()
    }
    return { ...made, close }
  }
  return { seen, counts, client }
}

async function work(
  store: SharedStore,
  options: Partial<WorkerOptions> & Pick<WorkerOptions, 'open'>,
): Promise<Worker> {
  const worker = await startWorker({ store, ...options })
  workers.push(worker)
  return worker
}

/** Looks every 20 ms, for 10 s at most. */
async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 500; look++) {
    if (await is()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it has not come to pass')
}

describe('A worker', () => {
  it('sends nothing of a run while it is paused, also after it has left and another has come, and takes its limits', async () => {
    const store = await open()
    const run = await shareItems(store, 400, { name: 'steered' })
    await store.steer(run.id, { rate: ['20/s'], concurrency: 3 })
    const { seen, client } = api()
    const events: WorkerEvent[] = []
    const options = { open: () => ({ client: client() }), onEvent: (event: WorkerEvent) => events.push(event) }
    const worker = await work(store, options)
    await until(() => seen.length > 10)
    await store.steer(run.id, { state: 'paused' })
    await until(() => events.some((event) => event.type === 'run.steered' && event.wish.state === 'paused'))
    await until(async () => worker.status().runs.length === 0)
    const before = seen.length
    expect(before).toBeLessThan(200)
    await worker.drain(0)
    await work(store, options)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(seen.length).toBe(before)
    await store.steer(run.id, { state: 'running', rate: ['1000/s'], concurrency: 20 })
    await until(async () => isFinished((await store.find('steered'))!))
    expect(new Set(seen).size).toBe(400)
  })

  it('has as many calls of a run in flight as it was set to, over all workers, more or fewer than it began with', async () => {
    const store = await open()
    const run = await shareItems(store, 2_000, { name: 'set' })
    const waiting: (() => void)[] = []
    const transport = memoryTransport(async () => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return { status: 200, headers: {}, body: new Uint8Array() }
    })
    const client: WorkerOptions['open'] = (_, sharedLimits) => ({
      client: createClient({ baseUrl: 'http://api.test', concurrency: 20, transport, sharedLimits }),
    })
    for (const store of [await open(), await open()]) await work(store, { open: client })
    await until(() => waiting.length === 20)
    await store.steer(run.id, { concurrency: 50 })
    await until(() => waiting.length === 50)
    await store.steer(run.id, { concurrency: 6 })
    // The workers learn it within a second, and answers of before make no room for others.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    for (const answer of waiting.splice(0)) answer()
    await until(() => waiting.length === 6)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(waiting.length).toBe(6)
    for (const answer of waiting.splice(0)) answer()
  })

  it('works on other runs, and is heard of, while one of them takes long to open', async () => {
    const store = await open()
    await shareItems(store, 4, { name: 'slow' })
    await shareItems(store, 4, { name: 'quick' })
    const { client } = api()
    const never = new Promise<never>(() => undefined)
    const worker = await work(store, { open: ({ name }) => (name === 'slow' ? never : { client: client() }) })
    await until(async () => isFinished((await store.find('quick'))!))
    expect(worker.status()).toMatchObject({ state: 'working', isConnected: true })
    await worker.drain(0)
    expect(worker.status().state).toBe('ended')
  })

  it('closes a client that it cannot use, and one that came after it was drained', async () => {
    const store = await open()
    await shareItems(store, 2, { name: 'wrong' })
    await shareItems(store, 2, { name: 'late' })
    const { client, counts, seen } = api()
    const events: WorkerEvent[] = []
    let arrive: () => void = () => undefined
    const late = new Promise<void>((resolve) => {
      arrive = resolve
    })
    let isAsked = false
    const worker = await work(store, {
      open: async ({ name }) => {
        if (name === 'wrong') return { client: client(), concurrency: -1 }
        isAsked = true
        await late
        return { client: client() }
      },
      onEvent: (event) => events.push(event),
    })
    await until(() => isAsked && events.some(({ type }) => type === 'run.refused'))
    expect(counts.closed).toBe(1)
    await worker.drain(0)
    arrive()
    await until(() => counts.closed === 2)
    expect(seen).toEqual([])
    expect(events.map(({ type }) => type)).toEqual(['run.refused'])
  })

  it('finds and does what has no result, although its chunk is done', async () => {
    const store = await open()
    const { id } = await shareItems(store, 6)
    await execute('UPDATE chunks SET is_done = true')
    const { client, seen } = api()
    const worker = await work(store, { open: () => ({ client: client() }), untilDone: true })
    await worker.finished
    expect(seen.toSorted()).toEqual(['/0', '/1', '/2', '/3', '/4', '/5'])
    expect(await store.chunkCounts(id)).toEqual({ waiting: 0, held: 0, done: 3 })
  })

  it('fails the items that the store cannot keep, says why, and does the rest of the run', async () => {
    const store = await open()
    const { id } = await shareItems(store, 40, { chunkSize: 20 })
    await execute("ALTER TABLE results ADD CHECK (NOT ok OR id NOT SIMILAR TO '%/(7|23)')")
    const { client, seen } = api()
    const events: WorkerEvent[] = []
    const onEvent = (event: WorkerEvent) => events.push(event)
    await (await work(store, { open: () => ({ client: client() }), untilDone: true, onEvent })).finished
    expect(seen.toSorted()).toEqual(Array.from({ length: 40 }, (_, index) => `/${index}`).toSorted())
    expect(await store.find('k')).toMatchObject({ succeeded: 38, failed: 2 })
    const failures = await store.results(id, { ok: false })
    expect(failures.map((one) => one.index)).toEqual([7, 23])
    expect(failures[0]!.error).toMatchObject({
      code: 'SLUICE_STORE_REFUSED',
      message: expect.stringContaining('cannot store a value: 23514'),
    })
    expect(events.filter(({ type }) => type === 'item.failed' || type === 'store.lost')).toHaveLength(2)
  })

  it('does items of which workers have died with nothing else in flight, and gives them up after three deaths', async () => {
    const store = await open()
    const { id } = await shareItems(store, 40, { chunkSize: 1 })
    await shareItems(store, 40, { name: 'other' })
    await execute('UPDATE chunks SET deaths = 3 WHERE run_id = $1 AND number IN (7, 23)', [id])
    await execute('UPDATE chunks SET deaths = 5 WHERE run_id = $1 AND number = 11', [id])
    const inFlight = new Set<string>()
    const beside = new Map<string, number>()
    const transport = memoryTransport(async ({ url }) => {
      inFlight.add(url)
      for (const one of inFlight) beside.set(one, Math.max(beside.get(one) ?? 0, inFlight.size - 1))
      await new Promise((resolve) => setTimeout(resolve, 20))
      inFlight.delete(url)
      return { status: 200, headers: {}, body: new Uint8Array() }
    })
    const client = (name: string) => createClient({ baseUrl: `http://${name}.test`, concurrency: 20, transport })
    const events: WorkerEvent[] = []
    const options = { onEvent: (event: WorkerEvent) => events.push(event), untilDone: true }
    await (await work(store, { open: ({ name }) => ({ client: client(name) }), ...options })).finished
    expect(beside.size).toBe(79)
    expect(['7', '23'].map((path) => beside.get(`http://k.test/${path}`))).toEqual([0, 0])
    expect(Math.max(...beside.values())).toBeGreaterThan(5)
    const [failure] = await store.results(id, { ok: false })
    const message = '3 workers died while this item was in flight'
    expect(failure).toMatchObject({ index: 11, requests: 0, error: { code: 'SLUICE_WORKER_DIED', message } })
    expect(events).toContainEqual({ type: 'item.failed', run: 'k', index: 11, message })

    expect(await store.requeue(id)).toBe(1)
    await (await work(store, { open: ({ name }) => ({ client: client(name) }), ...options })).finished
    expect(beside.get('http://k.test/11')).toBe(0)
    expect(await store.find('k')).toMatchObject({ succeeded: 40, failed: 0 })
  })

  it('does once more what was requeued after the run was finished, and the chunks around it not', async () => {
    const store = await open()
    const { id } = await shareItems(store, 6)
    const other = await store.join(anybody)
    const chunks = await claim(store, id, 3, other)
    const results = [0, 1, 2, 3, 4, 5].map((index) => failureOf(index, index === 3 ? 500 : 404))
    await store.commitHeld(id, other, chunks, { results, at: 1 })
    for (const chunk of chunks) await store.releaseChunks([chunk])
    await store.leave(other)
    expect(await store.openRuns()).toEqual([])
    expect(await store.requeue(id, { endings: ['500'] })).toBe(1)

    const { client, seen } = api()
    await (await work(store, { open: () => ({ client: client() }), untilDone: true })).finished
    expect(seen).toEqual(['/3'])
    expect(await store.find('k')).toMatchObject({ succeeded: 1, failed: 5, parked: 0 })
  })

  it('wakes for what was parked when the store says that its date has come, whatever its own clock says', async () => {
    const store = await open()
    const { id } = await shareItems(store, 2)
    const other = await store.join(anybody)
    const [chunk] = await claim(store, id, 1, other)
    const date = Date.now() + 1_200
    const parked = [0, 1].map((index) => ({ index, id: 'p', until: date, code: 'SLUICE_PAUSED' }))
    await store.commitHeld(id, other, [chunk!], { parked, at: 1 })
    await store.releaseChunks([chunk!])
    await store.leave(other)

    const { client, seen } = api()
    const claims: WorkerEvent[] = []
    const ahead = { ...systemClock, wallTime: () => Date.now() + 300_000 }
    const onEvent = (event: WorkerEvent) => claims.push(event)
    await work(store, { open: () => ({ client: client() }), clock: ahead, onEvent })
    await until(() => seen.length === 2)
    expect(Date.now()).toBeGreaterThanOrEqual(date)
    expect(seen.toSorted()).toEqual(['/0', '/1'])
    expect(claims.filter(({ type }) => type === 'chunk.claimed')).toHaveLength(1)
  })

  it('parks until a date of the store, also if its own clock is an hour ahead', async () => {
    const store = await open()
    await shareItems(store, 2)
    const headers = { 'retry-after': '7200' }
    const transport = memoryTransport(async ({ url }) =>
      url.endsWith('/0')
        ? { status: 429, headers, body: new Uint8Array() }
        : { status: 200, headers: {}, body: new Uint8Array() },
    )
    const ahead = { ...systemClock, wallTime: () => Date.now() + 3_600_000 }
    const client = createClient({ baseUrl: 'http://api.test', concurrency: 1, transport, clock: ahead })
    const worker = await work(store, { open: () => ({ client }), clock: ahead })
    await until(async () => (await store.find('k'))!.parked > 0)
    await worker.drain(0)
    const { nextDueAt, updatedAt } = (await store.find('k'))!
    expect(nextDueAt! - Date.now()).toBeGreaterThan(7_100_000)
    expect(nextDueAt! - Date.now()).toBeLessThan(7_300_000)
    expect(Math.abs(updatedAt - Date.now())).toBeLessThan(60_000)
  })

  it('does chunks of one item', async () => {
    const store = await open()
    await shareItems(store, 60, { chunkSize: 1 })
    const { client, seen } = api()
    const both = await Promise.all(
      [0, 1].map(() => work(store, { open: () => ({ client: client() }), untilDone: true })),
    )
    await Promise.all(both.map(({ finished }) => finished))
    expect(new Set(seen).size).toBe(60)
    expect(seen).toHaveLength(60)
  })

  it('tells once that a run is finished', async () => {
    const store = await open()
    await shareItems(store, 4)
    const { client } = api()
    const events: WorkerEvent[] = []
    await work(store, { open: () => ({ client: client() }), onEvent: (event) => events.push(event) })
    await until(() => events.some(({ type }) => type === 'run.left'))
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const told = events.map(({ type }) => type).filter((type) => type.startsWith('run.'))
    expect(told).toEqual(['run.joined', 'run.finished', 'run.left'])
  })

  it('tells that a run was removed instead of finished', async () => {
    const store = await open()
    const { id } = await shareItems(store, 40, { chunkSize: 1 })
    const { client } = api()
    const events: WorkerEvent[] = []
    await work(store, { open: () => ({ client: client('1/min') }), onEvent: (event) => events.push(event) })
    await until(() => events.some(({ type }) => type === 'run.joined'))
    await execute('UPDATE runs SET is_removed = true WHERE id = $1', [id])
    await execute('DELETE FROM chunks WHERE run_id = $1', [id])
    await until(() => events.some(({ type }) => type === 'run.left'))
    expect(events.map(({ type }) => type)).toContain('run.removed')
    expect(events.map(({ type }) => type)).not.toContain('run.finished')
  })

  it('begins a run beside many that are slow, and takes turns among more than it has places for', async () => {
    const store = await open()
    for (let run = 0; run < 25; run++) await shareItems(store, 6, { name: `slow ${run}`, chunkSize: 6 })
    const { client, seen } = api()
    const worker = await work(store, {
      open: ({ name }) => ({ client: name === 'last' ? client() : client('1/min') }),
      concurrency: 26,
    })
    await until(() => worker.status().runs.length === 25)
    const last = await shareItems(store, 4, { name: 'last' })
    await until(async () => isFinished((await store.find(last.name))!))
    expect(seen.length).toBeLessThan(40)
  })

  it('leaves a run for one of a higher priority, when it has places for no more', async () => {
    const store = await open()
    await shareItems(store, 6, { name: 'slow', chunkSize: 6 })
    const { client } = api()
    const worker = await work(store, {
      open: ({ name }) => ({ client: name === 'slow' ? client('1/min') : client() }),
      concurrency: 1,
    })
    await until(() => worker.status().runs.includes('slow'))
    const urgent = await shareItems(store, 4, { name: 'urgent' })
    await store.steer(urgent.id, { priority: 5 })
    await until(async () => isFinished((await store.find('urgent'))!))
    await until(() => worker.status().runs.includes('slow'))
  })

  it('has no more in flight than it may, however many runs there are', async () => {
    const store = await open()
    for (let run = 0; run < 5; run++) await shareItems(store, 4, { name: `run ${run}` })
    const { client, seen } = api()
    const worker = await work(store, { concurrency: 2, open: () => ({ client: client() }) })
    await until(() => seen.length > 0)
    expect(worker.status().runs.length).toBeLessThanOrEqual(2)
    await until(() => seen.length === 20)
  })

  it('sends what the store does not keep less and less often', async () => {
    const store = await open()
    await shareItems(store, 4)
    await execute('ALTER TABLE results ADD CONSTRAINT odd CHECK (idx <> 3)')
    const { client, seen } = api()
    await work(store, { open: () => ({ client: client() }) })
    await until(() => seen.includes('/3'))
    await new Promise((resolve) => setTimeout(resolve, 2_800))
    expect(seen.filter((path) => path === '/3').length).toBeLessThanOrEqual(2)
  })
})
