import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:http'
import { env } from 'node:process'
import { createClient } from 'sluice'
import { shareRun, startWorker } from 'sluice/runs'
import { postgresStore } from 'sluice/stores/postgres'
import { startPostgres } from '../postgres/start-postgres.ts'

// `npm run soak:workers-cost`: cost of sharing a run. Makes the same calls by one worker, by four workers with a run
// each, which share only the database, and by four workers on one run, in turns. The total concurrency is the same,
// against a server in a separate process: once at full speed, and once with responses that take 50 ms. The third minus
// the second is the cost of coordination; the second minus the first is the cost of starting four processes that share
// the cores.

const rounds = Number(process.argv[2] ?? 5)
const body = JSON.stringify({ id: 1, name: 'Garden Chair', price: 27.34, stock: 55, tags: ['x'.repeat(110)] })

interface Setting {
  readonly name: string
  readonly calls: number
  /** Total concurrency of all workers. */
  readonly atOnce: number
  /** Response time in milliseconds. */
  readonly latency: number
}

const settings: readonly Setting[] = [
  { name: 'as fast as it goes', calls: 80_000, atOnce: 64, latency: 0 },
  { name: 'answers of 50 ms', calls: 16_000, atOnce: 80, latency: 50 },
]

/** Number of workers and of runs. */
interface Way {
  readonly name: string
  readonly workers: number
  readonly runs: number
}

const ways: readonly Way[] = [
  { name: 'one worker', workers: 1, runs: 1 },
  { name: 'four workers, a run each', workers: 4, runs: 4 },
  { name: 'four workers, one run', workers: 4, runs: 1 },
]

/** Time and CPU time of all workers. */
interface Sample {
  /** CPU time per call in microseconds, over all workers. */
  readonly cpu: number
  /** Milliseconds from the first request to the last result. */
  readonly milliseconds: number
}

interface Job {
  readonly database: string
  readonly run: string
  readonly concurrency: number
}

const [role, ...rest] = process.argv.slice(2)
if (role === 'server') serve(Number(rest[0]))
else if (role === 'worker') await work(JSON.parse(rest[0]!))
else await compare()

function serve(latency: number): void {
  const server = createServer((_, response) => {
    const answer = (): void => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      response.end(body)
    }
    if (latency === 0) answer()
    else setTimeout(answer, latency)
  })
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as { port: number }).port))
}

/** Reports that it is ready, starts when told to, and sends its CPU time. */
async function work({ database, run, concurrency }: Job): Promise<void> {
  const store = await postgresStore({ url: database })
  process.send!('ready')
  await new Promise((resolve) => process.once('message', resolve))
  const before = process.cpuUsage()
  const worker = await startWorker({
    store,
    concurrency,
    runs: [run],
    untilDone: true,
    open: (_, sharedLimits) => ({ client: createClient({ concurrency: 1_000, sharedLimits }) }),
  })
  await worker.finished
  await store.close()
  const { user, system } = process.cpuUsage(before)
  process.send!({ cpu: user + system, succeeded: worker.status().succeeded })
  process.disconnect()
}

async function compare(): Promise<void> {
  const postgres = env.DATABASE_URL === undefined ? await startPostgres() : undefined
  const database = postgres?.url ?? env.DATABASE_URL!
  try {
    for (const setting of settings) await compareAt(setting, database)
  } finally {
    await postgres?.stop()
  }
}

async function compareAt(setting: Setting, database: string): Promise<void> {
  const server = fork(import.meta.filename, ['server', String(setting.latency)])
  const port = await heard<number>(server)
  const samples = new Map<Way, Sample[]>(ways.map((way) => [way, []]))
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [way, all] of samples) {
        all.push(await measure(setting, `http://127.0.0.1:${port}/products/1`, database, way, round))
      }
    }
  } finally {
    server.kill()
  }
  report(setting, samples)
}

async function measure(setting: Setting, url: string, database: string, way: Way, round: number): Promise<Sample> {
  const store = await postgresStore({ url: database })
  const count = setting.calls / way.runs
  const runs = Array.from({ length: way.runs }, (_, run) => `${setting.name}, ${way.name}, ${round}, ${run}`)
  for (const run of runs) {
    const source = Array.from({ length: count }, (_, index) => `${url}?n=${index}`)
    await shareRun({ store, name: run, source })
  }
  const children = Array.from({ length: way.workers }, (_, worker) => {
    const run = runs[worker % runs.length]!
    const job: Job = { database, run, concurrency: setting.atOnce / way.workers }
    return fork(import.meta.filename, ['worker', JSON.stringify(job)])
  })
  await Promise.all(children.map((child) => heard(child)))
  for (const child of children) child.send('go')
  const took = await Promise.all(children.map((child) => heard<{ cpu: number; succeeded: number }>(child)))
  const dates: number[] = []
  for (const run of runs) {
    const { id, succeeded } = (await store.find(run))!
    if (succeeded !== count) throw new Error(`${run}: ${succeeded} of ${count} have succeeded`)
    for (const { settledAt } of await store.results(id, { limit: count })) dates.push(settledAt)
  }
  await store.close()
  const first = dates.reduce((least, date) => Math.min(least, date)) - setting.latency
  return {
    cpu: took.reduce((sum, { cpu }) => sum + cpu, 0) / setting.calls,
    milliseconds: dates.reduce((most, date) => Math.max(most, date)) - first,
  }
}

function report({ name, calls, atOnce }: Setting, samples: ReadonlyMap<Way, readonly Sample[]>): void {
  process.stdout.write(`${name}: ${calls} calls, ${atOnce} in flight in all, ${rounds} rounds\n`)
  const medians = Array.from(samples, ([way, all]) => ({
    name: way.name,
    cpu: median(all.map((sample) => sample.cpu)),
    milliseconds: median(all.map((sample) => sample.milliseconds)),
  }))
  for (const { name: way, cpu, milliseconds } of medians) {
    const rate = (calls * 1_000) / milliseconds
    process.stdout.write(
      `  ${way.padEnd(25)} ${cpu.toFixed(1)} us CPU a call, ${milliseconds.toFixed(0)} ms, ${rate.toFixed(0)} results/s\n`,
    )
  }
  const [, apart, together] = medians
  const ratio = (a: number, b: number): string => (a / b).toFixed(2)
  process.stdout.write(
    `  one run against a run each: ${ratio(together!.cpu, apart!.cpu)} x the CPU, ` +
      `${ratio(together!.milliseconds, apart!.milliseconds)} x the time\n`,
  )
}

async function heard<T>(child: ChildProcess): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code) => reject(new Error(`a process has ended early, with ${code}`)))
  })
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
