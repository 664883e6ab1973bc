import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { env } from 'node:process'
import type { HeldChunk } from 'sluice/internal'
import { shareRun } from 'sluice/runs'
import type { SharedStore, StoredResult } from 'sluice/stores'
import { postgresStore } from 'sluice/stores/postgres'
import { startPostgres } from '../postgres/start-postgres.ts'

// `npm run soak:postgres`: capacity of one PostgreSQL without other load, in results stored, chunks claimed, permits
// granted and worker reports per second, by one process and by four. The database and its clients share this machine.

const seconds = Number(process.argv[2] ?? 5)
const groupSize = 500
const bodyBytes = 1_022
const noChunks: readonly HeldChunk[] = []

type Task = 'results' | 'chunks' | 'permits' | 'reports'

interface Job {
  readonly task: Task
  readonly url: string
  readonly run: string
  readonly worker: number
}

if (process.send === undefined) await measureAll()
else await work(JSON.parse(process.argv[3]!))

async function measureAll(): Promise<void> {
  const server = env.DATABASE_URL === undefined ? await startPostgres({ settings: { fsync: 'on' } }) : undefined
  const url = server?.url ?? env.DATABASE_URL!
  try {
    for (const task of ['results', 'chunks', 'permits', 'reports'] as const) {
      const rates = [await measure(task, url, 1), await measure(task, url, 4)]
      const [one, four] = rates.map((rate) => Math.round(rate).toLocaleString('en'))
      process.stdout.write(`${task.padEnd(8)} ${one} a second by one process, ${four} by four\n`)
    }
  } finally {
    await server?.stop()
  }
}

async function measure(task: Task, url: string, processes: number): Promise<number> {
  const run = `${task} ${processes}`
  const store = await postgresStore({ url })
  // One item per chunk, if chunks are counted.
  const count = task === 'chunks' ? 2_000 * seconds * processes : 1
  await shareRun({ store, name: run, source: numbers(count), chunkSize: 1 })
  await store.close()
  const children = Array.from({ length: processes }, (_, worker) =>
    fork(import.meta.filename, [String(seconds), JSON.stringify({ task, url, run, worker } satisfies Job)]),
  )
  await Promise.all(children.map((child) => heard(child)))
  for (const child of children) child.send('go')
  const counts = await Promise.all(children.map((child) => heard<number>(child)))
  return counts.reduce((sum, one) => sum + one, 0) / seconds
}

function* numbers(count: number): Generator<string> {
  for (let index = 0; index < count; index++) yield `http://127.0.0.1/${index}`
}

/** Reports that it is ready, works for the given time, and sends how much it has done. */
async function work({ task, url, run, worker }: Job): Promise<void> {
  const store = await postgresStore({ url })
  const found = (await store.find(run))!
  const id = await store.join({ host: 'here', pid: process.pid, concurrency: 1 })
  const step = {
    results: resultsStep(store, found.id, worker),
    chunks: async () => await claimAndComplete(store, found.id, id),
    permits: permitsStep(store, id, found),
    reports: async () => {
      await store.beat(id, { inFlight: 1, settled: 1, isDraining: false })
      return 1
    },
  }[task]
  process.send!('ready')
  await new Promise((resolve) => process.once('message', resolve))
  const endsAt = performance.now() + seconds * 1_000
  let count = 0
  while (performance.now() < endsAt) count += await step()
  process.send!(count)
  await store.close()
  process.disconnect()
}

async function claimAndComplete(store: SharedStore, runId: number, worker: number): Promise<number> {
  const chunks = await store.claimChunks(worker, [{ runId, count: 1 }])
  for (const { chunk } of chunks) {
    await store.commitHeld(runId, worker, [chunk], { results: [resultOf(chunk.first, Buffer.of(32))], at: Date.now() })
    await store.releaseChunks([chunk])
  }
  return chunks.length
}

/** Stores groups of results of 1 KB, two at a time, in a separate index range per worker. */
function resultsStep(store: SharedStore, runId: number, worker: number): () => Promise<number> {
  const body = Buffer.from(randomBytes(bodyBytes / 2).toString('hex'))
  let next = worker * 1e9
  return async () => {
    const groups = [0, 1].map(() => Array.from({ length: groupSize }, () => resultOf(next++, body)))
    await Promise.all(groups.map((results) => store.commitHeld(runId, worker, noChunks, { results, at: Date.now() })))
    return 2 * groupSize
  }
}

function permitsStep(store: SharedStore, worker: number, run: Parameters<SharedStore['limitsFor']>[1]) {
  const source = store.limitsFor(worker, run).permits('http://127.0.0.1', { count: 1e9, per: 1_000 }, 1)
  return async () => {
    await source.reserve(1)
    return 1
  }
}

function resultOf(index: number, body: Uint8Array): StoredResult {
  return {
    index,
    id: `http://127.0.0.1/${index}`,
    url: `http://127.0.0.1/${index}`,
    method: 'GET',
    ok: true,
    status: 200,
    attempts: 1,
    requests: 1,
    throttled: 0,
    attemptMs: [12.3],
    timing: [0.1, 0, 0.2, 12, 0.1, 12.4],
    headers: { 'content-type': 'text/plain' },
    bodyKind: 'text',
    body,
    settledAt: Date.now(),
  }
}

async function heard<T>(child: ChildProcess): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code) => reject(new Error(`a process has ended early, with ${code}`)))
  })
}
