import { env } from 'node:process'
import { startPostgres } from '../postgres/start-postgres.ts'
import { type GlobalLimit, seeGlobalLimit } from './global-limits.ts'
import { builtCommand } from './processes.ts'

// `npm run soak:limits`: one rate, and one number in flight, over four workers in processes of their own, as the server sees
// them. `-- 60` makes each take about a minute.

const seconds = Number(process.argv[2] ?? 20)
const server = env.DATABASE_URL === undefined ? await startPostgres() : undefined
const url = server?.url ?? env.DATABASE_URL!

const rates = [10, 100, 1_000]
const common = { workers: 4, url, command: builtCommand } as const
let isGood = true
try {
  for (const rate of rates) {
    const flags = ['--rate', `${rate}/s`, '-c', String(Math.max(20, rate / 5))]
    const limit: GlobalLimit = { ...common, flags, items: rate * seconds, latency: '20ms' }
    const seen = await seeGlobalLimit(limit)
    isGood &&= seen.busiestSecond <= rate + 1 && seen.rate >= 0.95 * rate
    process.stdout.write(`--rate ${rate}/s: ${JSON.stringify({ ...seen, used: seen.rate / rate })}\n`)
  }
  const places = 20
  const limit: GlobalLimit = { ...common, flags: ['-c', String(places)], items: 100 * seconds, latency: '200ms' }
  const seen = await seeGlobalLimit(limit)
  isGood &&= seen.largestAtOnce <= places
  process.stdout.write(`-c ${places}: ${JSON.stringify({ ...seen, used: seen.meanAtOnce / places })}\n`)
} finally {
  await server?.stop()
}
process.exitCode = isGood ? 0 : 1
