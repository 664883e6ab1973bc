import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { env } from 'node:process'
import { CuttingProxy } from '../../packages/sluice/test/stores/postgres/cutting-proxy.ts'
import { startPostgres } from '../postgres/start-postgres.ts'
import { type GlobalLimit, seeGlobalLimit } from './global-limits.ts'
import { builtCommand } from './processes.ts'

// `npm run soak:limits`: measures at the server how limits are obeyed (rates, two rates of one run, and a concurrency),
// with four worker processes and the database 0, 20 and 100 ms away: no second of the server may have more, and 95 % are
// used while all workers have something to do. `-- 60` makes each take about a minute;
// `-- 10 100` is the short form: ten seconds each, 100 ms only.

if (process.send !== undefined) await delay(process.argv[2]!)
else await main()

/** Delaying proxy in its own process: its work would delay the server, which counts requests by their arrival. */
async function delay(url: string): Promise<void> {
  const proxy = await CuttingProxy.before(url)
  process.on('message', (milliseconds) => {
    proxy.delay = milliseconds as number
  })
  process.once('disconnect', () => process.exit()).send!(proxy.url)
}

async function main(): Promise<void> {
  const [seconds, ...only] = process.argv.slice(2).map(Number)
  const distances = only.length > 0 ? only : [0, 20, 100]
  const server = env.DATABASE_URL === undefined ? await startPostgres() : undefined
  const url = server?.url ?? env.DATABASE_URL!
  const proxy: ChildProcess = fork(import.meta.filename, [url])
  const [workerUrl] = (await once(proxy, 'message')) as [string]

  const items = (rate: number): number => rate * (seconds || 20)
  const common = { workers: 4, url, workerUrl, command: builtCommand } as const
  /** Flags of a limit, and the resulting rate. */
  const rates: readonly (readonly [rate: number, ...flags: string[]])[] = [
    [10, '--rate', '10/s', '-c', '20'],
    [100, '--rate', '100/s', '-c', '20'],
    [1_000, '--rate', '1000/s', '-c', '200'],
    [5, '--rate', '10/s', '--rate', '300/min', '-c', '20'],
  ]
  let isGood = true
  try {
    process.stdout.write('limit | ms to the database | used | busiest second | verdict\n')
    for (const [rate, ...flags] of rates) {
      for (const distance of distances) {
        // Delay of each direction.
        proxy.send(distance / 2)
        const seen = await seeGlobalLimit({ ...common, flags, items: items(rate), latency: '20ms' })
        const isKept = seen.busiestSecond <= Number.parseInt(flags[1]!, 10) && seen.rate >= 0.95 * rate
        isGood &&= isKept
        const used = `${((100 * seen.rate) / rate).toFixed(1)} %`
        const cells = [flags.slice(0, -2).join(' '), distance, used, seen.busiestSecond, isKept ? 'kept' : 'MISSED']
        process.stdout.write(`${cells.join(' | ')}\n`)
      }
    }
    const places = 20
    proxy.send(0)
    const limit: GlobalLimit = { ...common, flags: ['-c', String(places)], items: items(100), latency: '200ms' }
    const seen = await seeGlobalLimit(limit)
    isGood &&= seen.largestAtOnce <= places
    process.stdout.write(`-c ${places}: ${JSON.stringify({ ...seen, used: seen.meanAtOnce / places })}\n`)
  } finally {
    proxy.kill()
    await server?.stop()
  }
  process.exitCode = isGood ? 0 : 1
}
