import { Client } from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { failureOf, resultOf } from '../stored.ts'
import { anybody, claim, sharedDatabase, shareItems } from './shared-database.ts'

const { open, execute, url } = sharedDatabase()

describe('a chunk that its worker releases', () => {
  it('is open again if failures were requeued since its worker looked', async () => {
    const store = await open()
    const { id } = await shareItems(store, 2)
    const worker = await store.join(anybody)
    const [chunk] = await claim(store, id, 1, worker)
    await store.commitHeld(id, worker, [chunk!], { results: [failureOf(0, 404), resultOf(1)], at: 1 })
    // Its worker has seen that nothing is left, and would say so next.
    await store.requeue(id)
    await store.releaseChunks([chunk!])
    const [again] = await claim(store, id, 1, worker)
    expect(again!.items.map(({ index }) => index)).toEqual([0])
  })

  it('stays done when somebody gives it back who took its worker for dead', async () => {
    const store = await open()
    const { id } = await shareItems(store, 2)
    const worker = await store.join(anybody)
    const [chunk] = await claim(store, id, 1, worker)
    await store.commitHeld(id, worker, [chunk!], { results: [resultOf(0), resultOf(1)], at: 1 })
    await store.releaseChunks([chunk!])
    await store.releaseChunks([chunk!])
    expect(await store.chunkCounts(id)).toEqual({ waiting: 0, held: 0, done: 1 })
  })

  it('is not done for as long as any of its items has no result', async () => {
    const store = await open()
    const { id } = await shareItems(store, 2)
    const worker = await store.join(anybody)
    const [chunk] = await claim(store, id, 1, worker)
    await store.commitHeld(id, worker, [chunk!], { results: [resultOf(0)], at: 1 })
    await store.releaseChunks([chunk!])
    expect(await store.chunkCounts(id)).toEqual({ waiting: 1, held: 0, done: 0 })
    expect(await claim(store, id, 1, worker)).toHaveLength(1)
  })

  it('stays in the queue until the date of its parked items, by the clock of the store', async () => {
    const store = await open()
    const { id } = await shareItems(store, 2)
    const worker = await store.join(anybody)
    const [chunk] = await claim(store, id, 1, worker)
    const parked = [{ index: 0, id: '0', until: Date.now() + 600, code: 'SLUICE_PAUSED' }]
    await store.commitHeld(id, worker, [chunk!], { results: [resultOf(1)], parked, at: 1 })
    await store.releaseChunks([chunk!])
    expect(await claim(store, id, 1, worker)).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 700))
    const [due] = await claim(store, id, 1, worker)
    expect(due!.items.map(({ index }) => index)).toEqual([0])
  })
})

it('A chunk may wait for a date that is further off than any calendar goes', async () => {
  const store = await open()
  const { id } = await shareItems(store, 2)
  const worker = await store.join(anybody)
  const [chunk] = await claim(store, id, 1, worker)
  const parked = [{ index: 0, id: '0', until: 1e16, code: 'SLUICE_PAUSED' }]
  await store.commitHeld(id, worker, [chunk!], { results: [resultOf(1)], parked, at: 1 })
  await store.releaseChunks([chunk!])
  expect(await store.reconcile(id)).toBe(0)
  expect(await claim(store, id, 1, worker)).toEqual([])
})

it('A worker that died before the clock of the database was set back counts as alive for 5 s, not until it has caught up', async () => {
  const store = await open()
  const { id } = await shareItems(store, 2)
  const worker = await store.join(anybody)
  await claim(store, id, 1, worker)
  await execute(`UPDATE workers SET seen_at = seen_at + interval '1 day'`)
  expect(await store.workers()).toMatchObject([{ isAlive: false }])
  expect(await store.takeOver()).toBe(0)
  expect(await store.workers()).toMatchObject([{ isAlive: true }])
  await execute(`UPDATE workers SET seen_at = seen_at - interval '1 hour'`)
  expect(await execute('SELECT take_over(0)')).toEqual([{ take_over: 1 }])
})

describe('failures that are requeued', () => {
  it('are found even if their process was killed before their chunks were queued', async () => {
    const store = await open()
    const { id } = await shareItems(store, 4)
    const worker = await store.join(anybody)
    const [first, second] = await claim(store, id, 2, worker)
    const parked = [{ index: 3, id: '3', until: Date.now() + 3_600_000, code: 'SLUICE_PAUSED' }]
    const results = [failureOf(0, 404), resultOf(1), resultOf(2)]
    await store.commitHeld(id, worker, [first!, second!], { results, parked, at: 1 })
    await store.releaseChunks([first!])
    await store.releaseChunks([second!])
    await store.requeue(id)
    await execute('UPDATE chunks SET is_done = true WHERE number = 0')

    expect(await store.reconcile(id)).toBe(1)
    expect((await claim(store, id, 2, worker)).map(({ number }) => number)).toContain(0)
  })
})

describe('the queue', () => {
  it('is another for each store of a database, whatever their schemas are called', async () => {
    const runs = []
    for (const schema of ['sluice', 'Sluice', 'a "b".$%c', 's'.repeat(63)]) {
      const store = await open({ schema })
      const { id } = await shareItems(store, 2)
      runs.push({ store, id })
    }
    expect(new Set(runs.map(({ id }) => id))).toEqual(new Set([1]))
    for (const { store, id } of runs) {
      expect(await claim(store, id, 5, await store.join(anybody))).toHaveLength(1)
    }
  })

  it('can be made by many processes at the same moment, in an empty database', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => open()))
    const { id } = await shareItems(stores[0]!, 2)
    expect(await claim(stores[2]!, id, 1, await stores[1]!.join(anybody))).toHaveLength(1)
  })

  it('gives chunks of several runs in one answer, and of each those that were never requeued first', async () => {
    const store = await open()
    const first = await shareItems(store, 6)
    const second = await shareItems(store, 2, { name: 'l' })
    const worker = await store.join(anybody)
    const wishes = [second.id, first.id].map((runId) => ({ runId, count: 2 }))
    const claimed = await store.claimChunks(worker, wishes)
    expect(claimed.map(({ chunk: { runId, number }, items }) => [runId, number, items.length])).toEqual([
      [first.id, 0, 2],
      [first.id, 1, 2],
      [second.id, 0, 2],
    ])
    expect((await store.beat(worker, { inFlight: 0, settled: 0, isDraining: false })).held).toHaveLength(3)
  })

  it('parts a chunk whose worker has died into halves, and then into single items', async () => {
    const store = await open()
    const { id } = await shareItems(store, 4, { chunkSize: 4 })
    const die = async (): Promise<void> => {
      await execute(`UPDATE workers SET seen_at = now() - interval '1 hour'`)
      await execute('SELECT take_over(0)')
    }
    const ranges = async (): Promise<unknown> => {
      const claimed = await store.claimChunks(await store.join(anybody), [{ runId: id, count: 9 }])
      return claimed.map(({ chunk, deaths }) => [chunk.first, chunk.end, deaths]).sort((a, b) => a[0]! - b[0]!)
    }
    expect(await ranges()).toEqual([[0, 4, 0]])
    await die()
    const halves = [
      [0, 2, 1],
      [2, 4, 1],
    ]
    expect(await ranges()).toEqual(halves)
    await die()
    expect(await ranges()).toEqual([
      [0, 1, 2],
      [1, 2, 2],
      [2, 3, 2],
      [3, 4, 2],
    ])
    expect(await store.chunkCounts(id)).toEqual({ waiting: 0, held: 4, done: 0 })
  })

  it('that was parted keeps nothing from its first worker of the items that went to another chunk', async () => {
    const store = await open()
    const { id } = await shareItems(store, 4, { chunkSize: 4 })
    const slow = await store.join(anybody)
    const [whole] = await claim(store, id, 1, slow)
    await execute(`UPDATE workers SET seen_at = now() - interval '1 hour'`)
    await execute('SELECT take_over(0)')
    await store.commitHeld(id, slow, [whole!], { results: [0, 1, 2, 3].map((index) => resultOf(index)), at: 1 })
    expect(await store.settled(id, { limit: 9 })).toEqual([0, 1])
  })
})

describe('failures that are requeued while a worker that was thought dead keeps its results', () => {
  it('leave no parked item behind that has a result', async () => {
    const [store, other] = await Promise.all([open(), open()])
    const { id } = await shareItems(store!, 1)
    const worker = await store!.join(anybody)
    const [chunk] = await claim(store!, id, 1, worker)
    await store!.commitHeld(id, worker, [chunk!], { results: [failureOf(0, 404)], at: 1 })
    const client = new Client({ connectionString: url(), options: '-c search_path=sluice' })
    await client.connect()
    try {
      // The failure is put back as far as its count, which has to wait.
      await client.query('BEGIN')
      await client.query('SELECT FROM run_counts WHERE run_id = $1 AND shard = 0 FOR UPDATE', [id])
      const requeued = store!.requeue(id)
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
      const waiters = (count: number): Promise<boolean> =>
        vi.waitUntil(async () => (await execute(waiting)).length === count, { timeout: 20_000 })
      await waiters(1)
      const kept = other!.commitHeld(id, worker, [chunk!], { results: [resultOf(0)], at: 1 })
      await waiters(2)
      await client.query('COMMIT')
      expect(await requeued).toBe(1)
      expect(await kept).toEqual({ lost: [] })
    } finally {
      await client.end()
    }
    expect(await store!.find('k')).toMatchObject({ succeeded: 1, failed: 0, parked: 0 })
    expect(await execute('SELECT FROM parked')).toEqual([])
    expect(await store!.openRuns()).toEqual([])
  })
})

describe('more failures than one transaction requeues', () => {
  it('are all requeued, each once', async () => {
    const store = await open()
    const { id } = await shareItems(store, 0)
    await execute(
      `INSERT INTO results (run_id, idx, id, ok, status, attempts, requests, throttled, attempt_ms, timing, settled_at, body_kind)
       SELECT $1, idx, 'i' || idx, false, 404, 1, 1, 0, '[]', '{}', 1, 'none' FROM generate_series(0, 20000) AS idx`,
      [id],
    )
    await execute('UPDATE run_counts SET failed = 20001 WHERE run_id = $1 AND shard = 0', [id])
    expect(await store.requeue(id)).toBe(20_001)
    expect(await store.find('k')).toMatchObject({ failed: 0, parked: 20_001 })
    expect(await execute('SELECT count(*)::int AS count FROM parked')).toEqual([{ count: 20_001 }])
  })
})

describe('workers', () => {
  it('are shown with the names of their runs, whatever is in these', async () => {
    const store = await open()
    const name = 'a\0b\u001a"__proto__'
    const { id } = await shareItems(store, 6, { name })
    await claim(store, id, 2, await store.join({ ...anybody, host: 'h\0' }))
    const [worker] = await store.workers()
    expect(worker).toMatchObject({ host: 'h\0', isAlive: true })
    expect(worker!.chunks).toEqual(new Map([[name, 2]]))
  })

  it('that have left stay gone, though a report of theirs comes late', async () => {
    const store = await open()
    const worker = await store.join(anybody)
    await store.leave(worker)
    await store.beat(worker, { inFlight: 1, settled: 1, isDraining: false })
    expect((await store.workers()).map(({ isAlive }) => isAlive)).toEqual([false])
  })

  it('are remembered for as long as they hold what may be taken over, and are then forgotten', async () => {
    const store = await open()
    const { id } = await shareItems(store, 2)
    const gone = await store.join(anybody)
    await claim(store, id, 1, gone)
    await execute(`UPDATE workers SET seen_at = now() - interval '8 days'`)
    await store.join(anybody)
    expect(await execute('SELECT id FROM workers WHERE id = $1', [gone])).toHaveLength(1)
    await execute('UPDATE chunks SET worker = NULL')
    await store.join(anybody)
    expect(await execute('SELECT id FROM workers WHERE id = $1', [gone])).toEqual([])
  })
})

describe('runs that are open', () => {
  const noticed = 'SELECT name FROM runs WHERE is_shared AND opened > finished'

  it('are looked for among those that were not noticed to be over, until failures are requeued', async () => {
    const store = await open()
    await shareItems(store, 0, { name: 'empty' })
    const { id } = await shareItems(store, 2)
    const worker = await store.join(anybody)
    const [chunk] = await claim(store, id, 1, worker)
    expect((await store.openRuns()).map(({ name }) => name)).toEqual(['k'])
    await store.commitHeld(id, worker, [chunk!], { results: [failureOf(0, 404), resultOf(1)], at: 1 })
    expect(await store.openRuns()).toEqual([])
    expect(await execute(noticed)).toEqual([])

    await store.requeue(id)
    expect((await store.openRuns()).map(({ name }) => name)).toEqual(['k'])
  })

  it('are not over because somebody had noticed that before failures were requeued', async () => {
    const store = await open()
    const { id } = await shareItems(store, 1)
    const worker = await store.join(anybody)
    const [chunk] = await claim(store, id, 1, worker)
    await store.commitHeld(id, worker, [chunk!], { results: [failureOf(0, 404)], at: 1 })
    for (let time = 0; time < 3; time++) {
      await store.openRuns()
      expect(await store.requeue(id)).toBe(1)
      await Promise.all([store.openRuns(), store.openRuns()])
      expect(await store.openRuns()).toHaveLength(1)
      const [again] = await claim(store, id, 1, worker)
      const held = again ?? chunk!
      await store.commitHeld(id, worker, [held], { results: [failureOf(0, 404)], at: 1 })
      await store.releaseChunks([held])
      expect(await store.openRuns()).toEqual([])
    }
  })
})
