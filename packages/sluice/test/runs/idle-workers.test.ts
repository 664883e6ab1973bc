import { expect, it } from 'vitest'
import { createClient } from '../../src/client/create-client.ts'
import { startWorker } from '../../src/runs/index.ts'
import { isFinished } from '../../src/stores/stored-run.ts'
import { memoryTransport } from '../../src/transport/index.ts'
import { anybody, claim, sharedDatabase, shareItems } from '../stores/postgres/shared-database.ts'

const { open, execute } = sharedDatabase()
const workers = 4
const seconds = 4

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('four idle workers beside 20 parked runs cost the database at most five transactions a second, and notice a new run', async () => {
  const store = await open()
  const worker = await store.join(anybody)
  for (let index = 0; index < 20; index++) {
    const { id } = await shareItems(store, 1, { name: `parked ${index}` })
    const [chunk] = await claim(store, id, 1, worker)
    const until = Date.now() + 86_400_000
    await store.commitHeld(id, worker, [chunk!], {
      results: [],
      parked: [{ index: 0, id: '0', until, code: 'X' }],
      at: 1,
    })
    await store.releaseChunks([chunk!])
  }
  await store.leave(worker)
  await store.close()

  const seen: string[] = []
  const transport = memoryTransport(async ({ url }) => {
    seen.push(new URL(url).pathname)
    return { status: 200, headers: {}, body: new Uint8Array() }
  })
  const client = () => createClient({ baseUrl: 'http://api.test', transport })
  const idle = await Promise.all(
    Array.from({ length: workers }, async () =>
      startWorker({ store: await open(), open: () => ({ client: client() }) }),
    ),
  )
  try {
    // Connections report their transactions up to ten seconds late.
    await pause(11_000)
    const committed = async (): Promise<number> => {
      const [row] = await execute('SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()')
      return Number(row!.xact_commit)
    }
    const [before, startedAt] = [await committed(), performance.now()]
    await pause(seconds * 1_000)
    const count = (await committed()) - before
    // Its own question, and what was reported late: of a second or two of the beginning.
    expect(count).toBeLessThanOrEqual((5 * (performance.now() - startedAt)) / 1_000 + 15)
    expect(count).toBeGreaterThan(seconds)

    const after = await open()
    const run = await shareItems(after, 4, { name: 'new' })
    for (let look = 0; look < 300; look++) {
      const now = await after.find(run.name)
      if (now !== undefined && isFinished(now)) break
      await pause(100)
    }
    expect(seen.toSorted()).toEqual(['/0', '/1', '/2', '/3'])
  } finally {
    await Promise.all(idle.map((one) => one.drain(0)))
  }
})
