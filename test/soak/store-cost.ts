import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { env } from 'node:process'
import { createClient } from 'sluice'
import { shareRun, startRun, startWorker } from 'sluice/runs'
import type { RunStore } from 'sluice/stores'
import { postgresStore } from 'sluice/stores/postgres'
import { sqliteStore } from 'sluice/stores/sqlite'
import { Agent, request } from 'undici'
import { startPostgres } from '../postgres/start-postgres.ts'

// `npm run soak:store`: cost of storing results. Makes the same calls with undici alone, as a run without a store,
// with a SQLite file, with a PostgreSQL database, and as the only worker of a shared run, in turns, against a server in
// a separate process. Measures the CPU time per call of this process with all its threads, and the longest event-loop
// delay. PostgreSQL runs in other processes, whose CPU time is not included.

const calls = Number(process.argv[2] ?? 20_000)
const rounds = Number(process.argv[3] ?? 5)
const atOnce = 32
const body = JSON.stringify({ id: 1, name: 'Garden Chair', price: 27.34, stock: 55, tags: ['x'.repeat(110)] })

interface Sample {
  /** CPU time per call in microseconds. */
  readonly cpu: number
  /** Calls per second. */
  readonly rate: number
  /** Longest event-loop delay in milliseconds. */
  readonly held: number
}

if (process.send === undefined) await compare()
else serve()

function serve(): void {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.end(body)
  })
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as { port: number }).port))
}

async function compare(): Promise<void> {
  const server: ChildProcess = fork(import.meta.filename)
  const port = await new Promise<number>((resolve) => server.once('message', (message) => resolve(message as number)))
  const url = `http://127.0.0.1:${port}/products/1`
  const folder = mkdtempSync(join(tmpdir(), 'sluice-cost-'))
  const postgres = env.DATABASE_URL === undefined ? await startPostgres() : undefined
  const database = postgres?.url ?? env.DATABASE_URL!
  const ways: Readonly<Record<string, (url: string, round: number) => Promise<void>>> = {
    bare,
    stream,
    sqlite: async (api, round) => await stored(api, await sqliteStore({ path: join(folder, `${round}.db`) })),
    postgres: async (api) => await stored(api, await postgresStore({ url: database })),
    worker: async (api, round) => await shared(api, database, `round ${round}`),
  }
  const samples = new Map<string, Sample[]>(Object.keys(ways).map((name) => [name, []]))
  try {
    for (let round = -1; round < rounds; round++) {
      for (const [name, way] of Object.entries(ways)) {
        const sample = await measured(() => way(url, round))
        // The first round is a warm-up.
        if (round >= 0) samples.get(name)!.push(sample)
      }
    }
  } finally {
    server.kill()
    await postgres?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  report(samples)
}

async function bare(url: string): Promise<void> {
  const dispatcher = new Agent({ connections: atOnce })
  let left = calls
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await request(url, { dispatcher })
      await answer.body.json()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  await dispatcher.close()
}

async function stream(url: string): Promise<void> {
  await using client = createClient({ concurrency: atOnce })
  for await (const { ok } of client.stream(urls(url))) if (!ok) throw new Error('a call has failed')
}

async function stored(url: string, store: RunStore): Promise<void> {
  const client = createClient({ concurrency: atOnce })
  const run = await startRun({ store, client, source: () => urls(url) })
  for await (const { ok } of run) if (!ok) throw new Error('a call has failed')
  await client.close()
  await store.close()
}

/** Includes reading the run into the store. */
async function shared(url: string, database: string, name: string): Promise<void> {
  const store = await postgresStore({ url: database })
  await shareRun({ store, name, source: () => urls(url) })
  const worker = await startWorker({
    store,
    untilDone: true,
    open: (_, sharedLimits) => ({ client: createClient({ concurrency: atOnce, sharedLimits }) }),
  })
  await worker.finished
  if (worker.status().succeeded !== calls) throw new Error('a call has failed')
  await store.close()
}

function* urls(url: string): Generator<string> {
  for (let index = 0; index < calls; index++) yield `${url}?n=${index}`
}

async function measured(work: () => Promise<void>): Promise<Sample> {
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await work()
  const elapsed = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  loop.disable()
  return { cpu: (user + system) / calls, rate: (calls * 1_000) / elapsed, held: loop.max / 1e6 }
}

function report(samples: ReadonlyMap<string, readonly Sample[]>): void {
  const base = median(samples.get('bare')!.map(({ cpu }) => cpu))
  const lines = [...samples].map(([name, all]) => {
    const cpu = all.map((sample) => sample.cpu)
    const range = `${Math.min(...cpu).toFixed(1)} to ${Math.max(...cpu).toFixed(1)}`
    return [
      name.padEnd(8),
      `${median(cpu).toFixed(1)} us CPU a call (${range}), ${(median(cpu) / base).toFixed(2)} x bare`,
      `${median(all.map(({ rate }) => rate)).toFixed(0)} calls/s`,
      `event loop held for ${median(all.map(({ held }) => held)).toFixed(1)} ms at most`,
    ].join('  ')
  })
  process.stdout.write(`${calls} calls, ${atOnce} at once, ${rounds} rounds\n${lines.join('\n')}\n`)
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
