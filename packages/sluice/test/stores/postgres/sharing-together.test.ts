import { expect, it } from 'vitest'
import { seededRandom } from '../../../src/random/random.ts'
import type { SharedStore } from '../../../src/stores/index.ts'
import type { ChunkItem, HeldChunk } from '../../../src/stores/shared-store.ts'
import { failureOf, resultOf } from '../stored.ts'
import { anybody, claim, sharedDatabase, shareItems } from './shared-database.ts'

const { open, execute } = sharedDatabase()

/** Milliseconds for which everybody does everything. */
const length = 1_500
const items = 400

/** Claims, keeps a part, and gives back or completes, as chance will have it. */
async function workAtRandom(store: SharedStore, runId: number, random: () => number): Promise<void> {
  const worker = await store.join(anybody)
  for (const endsAt = performance.now() + length; performance.now() < endsAt; ) {
    for (const chunk of await claim(store, runId, 1 + Math.floor(random() * 3), worker)) {
      await keepSome(store, worker, chunk, random)
      if (random() < 0.2) continue
      await store.releaseChunks([chunk])
      // A worker that was thought dead goes on as if nothing had been.
      if (random() < 0.1) await keepSome(store, worker, chunk, random)
    }
  }
}

async function keepSome(
  store: SharedStore,
  worker: number,
  chunk: HeldChunk & { readonly items: readonly ChunkItem[] },
  random: () => number,
): Promise<void> {
  const results = []
  const parked = []
  for (const { index } of chunk.items) {
    const chance = random()
    if (chance < 0.5) results.push(resultOf(index))
    else if (chance < 0.7) results.push(failureOf(index, 404))
    else if (chance < 0.8) parked.push({ index, id: 'p', until: Date.now() + 50, code: 'SLUICE_PAUSED' })
  }
  await store.commitHeld(chunk.runId, worker, [chunk], { results, parked, at: 1 })
}

async function again(work: () => Promise<unknown>): Promise<void> {
  for (const endsAt = performance.now() + length; performance.now() < endsAt; ) await work()
}

it('Filling, claiming, keeping, putting back, taking over and looking for unfinished runs at once: nothing is lost or counted twice', async () => {
  const random = seededRandom(7)
  const [store, other, third] = await Promise.all([open(), open(), open()])
  const { id } = await shareItems(store!, 20, { name: 'first', chunkSize: 5 })
  const run = await shareItems(store!, 0, { name: 'k', signal: AbortSignal.abort() })
  await Promise.all([
    shareItems(store!, items, { goOn: true, chunkSize: 5 }),
    workAtRandom(store!, run.id, random),
    workAtRandom(other!, run.id, random),
    workAtRandom(third!, run.id, random),
    again(() => other!.requeue(run.id)),
    again(() => third!.reconcile(run.id)),
    again(() => store!.takeOver()),
    again(() => other!.openRuns()),
  ])
  await store!.remove(id)

  const rows = 'SELECT count(*) FILTER (WHERE ok)::int AS ok, count(*) FILTER (WHERE NOT ok)::int AS bad FROM results'
  const [kept] = await execute(rows)
  const [parked] = await execute('SELECT count(*)::int AS count FROM parked')
  const counted = (await store!.find('k'))!
  expect({ ok: counted.succeeded, bad: counted.failed, parked: counted.parked }).toEqual({
    ...kept,
    parked: parked!.count,
  })
  // Whatever was left lying is found and done, once those who held it are taken for dead.
  await execute(`UPDATE workers SET left_at = now()`)
  await execute('UPDATE chunks SET worker = NULL')
  await new Promise((resolve) => setTimeout(resolve, 60))
  await store!.reconcile(run.id)
  const worker = await store!.join(anybody)
  for (const chunk of await claim(store!, run.id, items, worker)) {
    const results = chunk.items.map(({ index }) => resultOf(index))
    await store!.commitHeld(run.id, worker, [chunk], { results, at: 1 })
    await store!.releaseChunks([chunk])
  }
  expect(await store!.chunkCounts(run.id)).toEqual({ waiting: 0, held: 0, done: items / 5 })
  expect(await store!.openRuns()).toEqual([])
  expect(await store!.settled(run.id, { limit: items })).toEqual(Array.from({ length: items }, (_, index) => index))
})
