import { env } from 'node:process'
import { parseArgs } from 'node:util'
import { type PostgresServer, startPostgres } from '../postgres/start-postgres.ts'
import { builtCommand } from './processes.ts'
import { workersSoak } from './workers-soak.ts'

// `npm run soak:workers`: four workers, 20,000 items, a worker killed every 5 s, one stopped for a minute, and the database
// restarted. `-- --items 2000 --kill-every 2000`; a database of one's own by DATABASE_URL: it is not restarted.

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '20000' },
    workers: { type: 'string', default: '4' },
    'kill-every': { type: 'string', default: '5000' },
    sleep: { type: 'string', default: '60000' },
    latency: { type: 'string', default: 'uniform:100ms-600ms' },
    seed: { type: 'string', default: '1' },
  },
})

const server: PostgresServer | undefined = env.DATABASE_URL === undefined ? await startPostgres() : undefined
try {
  const report = await workersSoak({
    items: Number(values.items),
    workers: Number(values.workers),
    killEvery: Number(values['kill-every']),
    sleep: Number(values.sleep),
    latency: values.latency as `uniform:${string}`,
    seed: Number(values.seed),
    database: server === undefined ? { url: env.DATABASE_URL! } : { url: server.url, restart: () => server.restart() },
    command: builtCommand,
    longest: 15 * 60_000,
    say: (line) => process.stderr.write(`${line}\n`),
  })
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  const { isFinished, missing, foreign, itemsWithTwoKeys } = report
  process.exitCode = isFinished && missing + foreign + itemsWithTwoKeys === 0 ? 0 : 1
} finally {
  await server?.stop()
}
