import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:http'
import { env } from 'node:process'
import { createClient } from 'sluice'
import { shareRun, startWorker } from 'sluice/runs'
import { postgresStore } from 'sluice/stores/postgres'
import { startPostgres } from '../postgres/start-postgres.ts'

// `npm run soak:workers-cost`: what it costs that several work on one run. The same run by one worker and by four, in turns,
// with the same number in flight in all, against a server in a process of its own: once as fast as it goes, which two cores
// cannot divide but by time, and once with answers that take 50 ms, where nothing but coordination could cost anything.

const rounds = Number(process.argv[2] ?? 5)
const body = JSON.stringify({ id: 1, name: 'Garden Chair', price: 27.34, stock: 55, tags: ['x'.repeat(110)] })

interface Setting {
  readonly name: string
  readonly calls: number
  /** In flight, of all workers together. */
  readonly atOnce: number
  /** Milliseconds. */
  readonly latency: number
}

const settings: readonly Setting[] = [
  { name: 'as fast as it goes', calls: 40_000, atOnce: 64, latency: 0 },
  { name: 'answers of 50 ms', calls: 8_000, atOnce: 80, latency: 50 },
]

/** What one worker, or all of them, took. */
interface Sample {
  /** Microseconds of CPU for each call, of all workers. */
  readonly cpu: number
  /** From the first request to the last result, in milliseconds. */
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

/** Says when it is ready, begins when it is told to, and answers with the CPU it took. */
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
  const samples = new Map<number, Sample[]>([
    [1, []],
    [4, []],
  ])
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [workers, all] of samples) {
        const run = `${setting.name}, ${workers}, ${round}`
        all.push(await measure(setting, `http://127.0.0.1:${port}/products/1`, database, run, workers))
      }
    }
  } finally {
    server.kill()
  }
  report(setting, samples)
}

async function measure(setting: Setting, url: string, database: string, run: string, workers: number): Promise<Sample> {
  const store = await postgresStore({ url: database })
  const source = Array.from({ length: setting.calls }, (_, index) => `${url}?n=${index}`)
  await shareRun({ store, name: run, source })
  const job: Job = { database, run, concurrency: setting.atOnce / workers }
  const children = Array.from({ length: workers }, () => fork(import.meta.filename, ['worker', JSON.stringify(job)]))
  await Promise.all(children.map((child) => heard(child)))
  for (const child of children) child.send('go')
  const took = await Promise.all(children.map((child) => heard<{ cpu: number; succeeded: number }>(child)))
  const { id, succeeded } = (await store.find(run))!
  const results = await store.results(id, { limit: setting.calls })
  await store.close()
  if (succeeded !== setting.calls) throw new Error(`${run}: ${succeeded} of ${setting.calls} have succeeded`)
  const dates = results.map(({ settledAt }) => settledAt)
  const first = dates.reduce((least, date) => Math.min(least, date)) - setting.latency
  return {
    cpu: took.reduce((sum, { cpu }) => sum + cpu, 0) / setting.calls,
    milliseconds: dates.reduce((most, date) => Math.max(most, date)) - first,
  }
}

function report({ name, calls, atOnce }: Setting, samples: ReadonlyMap<number, readonly Sample[]>): void {
  const [one, four] = [samples.get(1)!, samples.get(4)!]
  const cpu = (list: readonly Sample[]): number => median(list.map((sample) => sample.cpu))
  const time = (list: readonly Sample[]): number => median(list.map((sample) => sample.milliseconds))
  const lines = [
    `${name}: ${calls} calls, ${atOnce} in flight in all, ${rounds} rounds`,
    `  one worker    ${cpu(one).toFixed(1)} us CPU a call, ${time(one).toFixed(0)} ms, ${rate(calls, time(one))} results/s`,
    `  four workers  ${cpu(four).toFixed(1)} us CPU a call, ${time(four).toFixed(0)} ms, ${rate(calls, time(four))} results/s`,
    `  four against one: ${(cpu(four) / cpu(one)).toFixed(2)} x the CPU, ${(time(four) / time(one)).toFixed(2)} x the time`,
    '',
  ]
  process.stdout.write(lines.join('\n'))
}

function rate(calls: number, milliseconds: number): string {
  return ((calls * 1_000) / milliseconds).toFixed(0)
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
