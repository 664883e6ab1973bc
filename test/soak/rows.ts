import { env } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { postgresStore } from 'sluice/stores/postgres'
import type { ClaimedChunk, SharedStore } from '../../packages/sluice/src/stores/shared-store.ts'
import { failureOf, newRun, resultOf } from '../../packages/sluice/test/stores/stored.ts'
import { startPostgres } from '../postgres/start-postgres.ts'

// `npm run soak:rows`: a PostgreSQL with 2,000,000 items in eight finished runs. A run of a twentieth of that is added,
// performed by four workers, and its failures (a tenth) are retried. Half of the old runs are removed during another
// run, and as many rows are added again. Prints the times of the main calls with all these rows, and the disk space of
// the tables. `-- 40000` is the short form.

const total = Number(process.argv[2] ?? 2_000_000)
const runs = 8
const perOldRun = Math.floor(total / runs)
const perRun = Math.floor(total / 20)
const chunkSize = 200
const workers = 4

/** Items that were tried once; they succeed the next time. */
const tried = new Set<string>()

/** Durations in milliseconds by kind of call. */
const times = new Map<string, number[]>()

const server = env.DATABASE_URL === undefined ? await startPostgres({ settings: { fsync: 'on' } }) : undefined
const url = server?.url ?? env.DATABASE_URL!
const client = new pg.Client({ connectionString: url, options: '-c search_path=sluice' })
const store = await postgresStore({ url, connections: workers + 4 })
await client.connect()
try {
  await phase(`${runs} finished runs written by SQL`, () => addOldRuns(runs))
  await showTables()
  await phase('another run read', () => read('first'))
  await phase('done by four workers', work)
  await phase('failures put back', async () => {
    await timed('retry of a run', async () => store.requeue((await store.find('first'))!.id))
  })
  await phase('failures done again', work)
  await phase('half of the old runs removed, a run is read and done beside', async () => {
    let isOver = false
    const removing = (async () => {
      for (let run = 0; run < runs / 2; run++)
        await timed('removal of a run', async () => store.remove((await store.find(`old-${run}`))!.id))
      isOver = true
    })()
    await read('beside')
    await work()
    await Promise.all([removing, looking(() => isOver)])
  })
  await showTables()
  await phase('as many rows added again', () => addOldRuns(runs / 2))
  await showTables()
} finally {
  await store.close()
  await client.end()
  await server?.stop()
}

/** Prints how long a phase took, and the times of its calls. */
async function phase(name: string, body: () => Promise<void>): Promise<void> {
  times.clear()
  const startedAt = performance.now()
  await body()
  print(`\n${name}: ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`)
  for (const [call, all] of times) {
    const sorted = all.toSorted((a, b) => a - b)
    const [median, most] = [sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!]
    print(
      `  ${call.padEnd(34)}${String(sorted.length).padStart(8)} times  median ${median.toFixed(1)} ms  longest ${most.toFixed(0)} ms`,
    )
  }
}

/** Adds finished runs, as left by workers. */
async function addOldRuns(count: number): Promise<void> {
  for (let run = 0; run < count; run++) {
    const name = `old-${run}`
    const { id } = await store.createShared(newRun(name, { createdAt: Date.now() }))
    const { length } = bodyOf(0)
    await client.query(`
      INSERT INTO spooled SELECT ${id}, n, '{"url":"https://api.example/products/' || n || '","id":"product-' || n || '"}'
        FROM generate_series(0, ${perOldRun - 1}) AS n;
      INSERT INTO results (run_id, idx, id, url, method, ok, status, attempts, requests, throttled, attempt_ms, timing, settled_at,
          body_kind, body_coding, body_length, body)
        SELECT ${id}, n, n, 'https://api.example/products/' || n, 'GET', true, 200, 1, 1, 0, '[12.5]', '[0.5,0,1,10,1,12.5]',
          1, 'json', 'as is', ${length}, convert_to(rpad('{"id":' || n || ',"name":"Garden Chair"}', ${length}), 'UTF8')
        FROM generate_series(0, ${perOldRun - 1}) AS n;
      INSERT INTO chunks (run_id, number, first_idx, end_idx, is_done)
        SELECT ${id}, n, n * ${chunkSize}, least(${perOldRun}, (n + 1) * ${chunkSize}), true
        FROM generate_series(0, ${Math.ceil(perOldRun / chunkSize) - 1}) AS n;
      INSERT INTO run_counts (run_id, shard, succeeded, updated_at) VALUES (${id}, 0, ${perOldRun}, 1);
      UPDATE runs SET read = ${perOldRun}, has_ended = true, finished = opened WHERE id = ${id}`)
  }
}

/** Reads a shared run into chunks, as `fetch --detach` does. */
async function read(name: string): Promise<void> {
  const { id } = await store.createShared(newRun(name, { createdAt: Date.now() }))
  await store.claim(id)
  const step = 1_000
  for (let first = 0; first < perRun; first += step) {
    const end = Math.min(perRun, first + step)
    const items = Array.from({ length: end - first }, (_, at) => ({
      index: first + at,
      request: JSON.stringify({ url: `https://api.example/products/${first + at}`, id: `product-${first + at}` }),
    }))
    const chunks = Array.from({ length: Math.ceil(items.length / chunkSize) }, (_, at) => ({
      runId: id,
      number: first / chunkSize + at,
      first: first + at * chunkSize,
      end: Math.min(end, first + (at + 1) * chunkSize),
    }))
    await timed('group of 1,000 read', () =>
      store.fill(id, { items, chunks, hasEnded: end === perRun, at: Date.now() }),
    )
  }
  await store.release(id)
}

/** Performs all available work with four workers, while an observer queries the store. */
async function work(): Promise<void> {
  let isOver = false
  const all = Promise.all(Array.from({ length: workers }, workUntilDone)).finally(() => {
    isOver = true
  })
  await Promise.all([all, looking(() => isOver)])
}

async function workUntilDone(): Promise<void> {
  const report = { inFlight: 1, settled: 1, isDraining: false, isIdle: true }
  const worker = await store.join({ host: 'soak', pid: 1, concurrency: 100 })
  for (;;) {
    const open = await timed('look at the open runs', () => store.openRuns())
    const ready = open.filter(({ isReady }) => isReady).slice(0, 2)
    if (ready.length === 0) break
    for (let round = 0; round < 10; round++) {
      const wishes = ready.map(({ id }) => ({ runId: id, count: 2 }))
      const claimed = await timed('claim of four chunks', () => store.claimChunks(worker, wishes))
      if (claimed.length === 0) break
      for (const one of claimed) await settle(store, worker, one)
      await timed('release of four chunks', () => store.releaseChunks(claimed.map(({ chunk }) => chunk)))
      // A report that fails is ignored, since another follows.
      await timed('report of a worker', () => store.beat(worker, report).catch(() => undefined))
    }
  }
  await store.leave(worker)
}

async function settle(into: SharedStore, worker: number, { chunk, items }: ClaimedChunk): Promise<void> {
  const results = items.map(({ index }) => {
    const key = `${chunk.runId} ${index}`
    if (index % 10 !== 0 || tried.delete(key)) return resultOf(index, { body: bodyOf(index), settledAt: Date.now() })
    tried.add(key)
    return failureOf(index, 500 + ((index / 10) % 4), { settledAt: Date.now() })
  })
  await timed('commit of 200 results', () =>
    into.commitHeld(chunk.runId, worker, [chunk], { results, at: Date.now(), elapsed: 10 }),
  )
}

function bodyOf(index: number): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      id: index,
      name: `Garden Chair ${index}`,
      price: (index * 7) % 10_000,
      stock: index % 99,
      tag: 'x'.repeat(60),
    }),
  )
}

/** Queries the store as people and monitors do during a run. */
async function looking(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const runsThere = await timed('list of the runs', () => store.list())
    const run = runsThere[Math.floor(Math.random() * runsThere.length)]!
    try {
      await timed('figures of a run', () => store.tallies(run.id))
      const after = Math.floor(Math.random() * run.read)
      await timed('page of 1,000 results', () => store.results(run.id, { after, limit: 1_000 }))
      await timed('page of 1,000 failures', () => store.results(run.id, { after, limit: 1_000, ok: false }))
      await timed('page of what is settled', () => store.settled(run.id, { after, limit: 1_000 }))
      await timed('chunks of a run', () => store.chunkCounts(run.id))
    } catch (error) {
      if ((error as { readonly code?: string }).code !== 'SLUICE_RUN_UNKNOWN') throw error
    }
    await timed('backlog', () => store.backlog())
    await pause(300)
  }
}

async function timed<T>(name: string, call: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const answer = await call()
  const all = times.get(name) ?? []
  times.set(name, all)
  all.push(performance.now() - startedAt)
  return answer
}

async function showTables(): Promise<void> {
  // Row counts from other sessions arrive with a delay.
  await pause(2_000)
  const { rows } = await client.query(`
    SELECT relname, n_live_tup, n_dead_tup, n_tup_hot_upd, n_tup_upd, autovacuum_count, autoanalyze_count, pg_table_size(relid) AS size, pg_indexes_size(relid) AS indexes
    FROM pg_stat_user_tables WHERE schemaname = 'sluice' AND pg_total_relation_size(relid) > 65536 ORDER BY pg_total_relation_size(relid) DESC`)
  print('\n  table                live rows   dead rows    updates  in place  vacuums  analyzed       MB  index MB')
  for (const row of rows) {
    const cells = [
      row.n_live_tup,
      row.n_dead_tup,
      row.n_tup_upd,
      row.n_tup_hot_upd,
      row.autovacuum_count,
      row.autoanalyze_count,
    ]
    const sizes = [row.size, row.indexes].map((bytes) => (Number(bytes) / 1024 / 1024).toFixed(1).padStart(9)).join(' ')
    const widths = [11, 11, 10, 9, 8, 9]
    print(
      `  ${String(row.relname).padEnd(18)}${cells.map((cell, at) => String(cell).padStart(widths[at]!)).join(' ')} ${sizes}`,
    )
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
