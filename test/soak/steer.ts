import { parseArgs } from 'node:util'
import { startPostgres } from '../postgres/start-postgres.ts'
import { builtCommand } from './processes.ts'
import { steerSoak } from './steer-soak.ts'

// `npm run soak:steer`: runs on PostgreSQL that three worker processes do while they are steered. Prints when the
// server saw the effect, and exits with 1 if that took too long, or a result is missing or was requested twice.
// `-- --items 5000 --other 3000 --small 600` is short.

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '50000' },
    other: { type: 'string', default: '20000' },
    small: { type: 'string', default: '3000' },
    pauses: { type: 'string', default: '5' },
    verbose: { type: 'boolean', default: false },
  },
})

const server = await startPostgres()
try {
  const report = await steerSoak({
    items: Number(values.items),
    otherItems: Number(values.other),
    smallItems: Number(values.small),
    measured: 5_000,
    settle: 2_000,
    pauses: Number(values.pauses),
    workers: 3,
    concurrency: 20,
    delay: 100,
    rates: [50, 200],
    url: server.url,
    command: builtCommand,
    ...(values.verbose ? { say: (line: string) => process.stderr.write(`${line}\n`) } : undefined),
  })
  const { paused, continued, alone, beside } = report
  const rows: readonly (readonly [name: string, seen: number, least: number, most: number])[] = [
    ['50/s: requests per second', report.slow, 45, 51],
    ['changed to 200/s: seconds until it holds', report.changed / 1_000, 0, 2.5],
    ['200/s: requests per second', report.fast, 185, 204],
    [`paused: seconds to the last request, of ${paused.length}`, Math.max(...paused) / 1_000, 0, 1],
    ['continued: seconds to the first request', Math.max(...continued) / 1_000, 0, 1.5],
    ['stopped: seconds to the last request', report.stopped / 1_000, 0, 1],
    ['resumed: seconds to the first request', report.resumed / 1_000, 0, 1.5],
    ['share of two runs of one priority', report.equalShare, 0.4, 0.6],
    ['given priority: seconds until it has 90 %', report.preferred / 1_000, 0, 1.5],
    ['share with priority', report.preferredShare, 0.9, 1],
    ['small run alone: seconds', alone / 1_000, 0, Number.POSITIVE_INFINITY],
    ['small run beside the large one: times as long', beside / alone, 0, 2],
    ['items lost', report.lost, 0, 0],
    ['items requested twice', report.doubled, 0, 0],
  ]
  const bound = (value: number): string => (Number.isFinite(value) ? String(value) : '')
  const line = (name: string, ...cells: readonly string[]): void =>
    void process.stdout.write(`${name.padEnd(48)}${cells.map((cell) => cell.padStart(9)).join('')}\n`)
  line('', 'seen', 'at least', 'at most')
  for (const [name, seen, least, most] of rows) {
    const isGood = seen >= least && seen <= most
    if (!isGood) process.exitCode = 1
    line(`${name}${isGood ? '' : '  (!)'}`, String(Math.round(seen * 100) / 100), bound(least), bound(most))
  }
} finally {
  await server.stop()
}
