import { parseArgs } from 'node:util'
import pg from 'pg'
import { startPostgres } from '../postgres/start-postgres.ts'
import { largeAnswers } from './large-answers.ts'
import { builtCommand } from './processes.ts'
import { troubles } from './troubles.ts'
import { workersSoak } from './workers-soak.ts'

// `npm run soak:workers`: four workers, and a run for each kind of disturbance. Prints a table. Exits with 1 if a
// result is missing, or if more requests were repeated than were in flight at workers that were killed or stopped.
// `-- --items 500 --kill-every 2000 --sleep 6000 --outage 6000 --lock 6000` is short; `--only outage` runs one kind.

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '4000' },
    workers: { type: 'string', default: '4' },
    'kill-every': { type: 'string', default: '4000' },
    sleep: { type: 'string', default: '60000' },
    outage: { type: 'string', default: '100000' },
    lock: { type: 'string', default: '90000' },
    latency: { type: 'string', default: 'uniform:100ms-600ms' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const row = (name: string, ...cells: readonly (string | number)[]): string =>
  `${name.padEnd(42)}${cells.map((cell) => String(cell).padStart(11)).join('')}`

const server = await startPostgres()
let isGood = true
try {
  print(row('trouble', 'items', 'lost', 'sent twice', 'allowed', 'seconds'))
  const times = {
    betweenKills: Number(values['kill-every']),
    stopped: Number(values.sleep),
    outage: Number(values.outage),
    lock: Number(values.lock),
  }
  for (const make of troubles(server, times)) {
    await using trouble = await make()
    if (trouble === undefined || !trouble.name.includes(values.only)) continue
    await emptyDatabase(server.url)
    const report = await workersSoak({
      items: Number(values.items),
      workers: Number(values.workers),
      killEvery: 0,
      trouble: (workers) => trouble.make(workers),
      latency: values.latency as `uniform:${string}`,
      seed: Number(values.seed),
      database: { url: trouble.url ?? server.url },
      command: builtCommand,
      longest: 15 * 60_000,
      ...(values.verbose ? { say: (line: string) => process.stderr.write(`${line}\n`) } : undefined),
    })
    const { missing, repeatedItems, couldBeInFlight, milliseconds, foreign, itemsWithTwoKeys } = report
    print(row(trouble.name, values.items, missing, repeatedItems, couldBeInFlight, (milliseconds / 1_000).toFixed(1)))
    isGood &&= report.isFinished && missing + foreign + itemsWithTwoKeys === 0 && repeatedItems <= couldBeInFlight
  }
  if ('large answers, little memory'.includes(values.only)) {
    await emptyDatabase(server.url)
    const { items, results, requests, deaths, milliseconds } = await largeAnswers(server.url, builtCommand)
    const name = `large answers, 160 MB heap: ${deaths} workers died`
    print(row(name, items, items - results, requests - items, 0, (milliseconds / 1_000).toFixed(1)))
    isGood &&= results === items && deaths === 0
  }
} finally {
  await server.stop()
}
process.exitCode = isGood ? 0 : 1

async function emptyDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('DROP SCHEMA IF EXISTS sluice CASCADE')
  await client.end()
}
