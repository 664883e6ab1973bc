import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { installPackages } from '../install-packages.ts'
import { Bench } from './bench.ts'
import { describeMachine, findVersions } from './machine.ts'
import { circumstancesOf, type Report, sectionOf, withMeasured } from './page.ts'
import { findPinning } from './pinning.ts'
import { rows } from './rows/index.ts'
import { ServerProcess } from './server-process.ts'

const help = `npm run bench -- [rows] [--rounds 5] [--quick] [--long]

Compares Sluice with others side by side: the same work, in turns, on the same machine, against the same server.
Rows: ${rows.map(({ name }) => name).join(', ')}; without names all of them, which also writes docs/performance.md.
--rounds N   how often each has its turn (default 5)
--quick      one round with a tenth of the work, to see whether everything runs; writes nothing
--long       also what takes an hour
`

const root = resolve(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5))
const unknown = positionals.filter((wanted) => !rows.some(({ name }) => name === wanted))
const isWrong = unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1
const out = (text: string): boolean => process.stdout.write(`${text}\n`)
// Progress is for a terminal, not for a file.
const tell = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

if (values.help || isWrong) {
  out(help)
  if (isWrong) process.exitCode = 2
} else await compareAll()

async function compareAll(): Promise<void> {
  if (!installPackages(import.meta.dirname))
    out('The packages to compare with could not be installed: they are left out.\n')
  const machine = describeMachine()
  const pinning = findPinning()
  const report: Report = {
    date: new Date().toISOString(),
    rounds,
    machine,
    pinning:
      pinning === undefined
        ? 'Not pinned: there is no `taskset` here, or only one core.'
        : 'The clients had one core, the server another.',
    versions: findVersions(),
    rows: [],
  }
  out(`${circumstancesOf(report)}\n`)
  using server = await ServerProcess.start(pinning?.server)
  const bench = new Bench({ server, pinning, rounds, isQuick: values.quick, isLong: values.long, tell })
  const found: Report['rows'][number][] = []
  for (const row of rows) {
    if (positionals.length > 0 && !positionals.includes(row.name)) continue
    const findings = await row.measure(bench)
    tell('')
    out(`${sectionOf(row, findings)}\n`)
    found.push({ row, findings })
  }
  if (values.quick) out('This was a quick run: everything works, and the figures mean nothing.')
  else await write({ ...report, rows: found })
}

async function write(report: Report): Promise<void> {
  const folder = join(root, 'benchmarks/results')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${report.date.slice(0, 19).replaceAll(':', '-')}.json`), dataOf(report))
  if (report.rows.length < rows.length) return
  const page = join(root, 'docs/performance.md')
  await writeFile(page, withMeasured(await readFile(page, 'utf8'), report))
}

/** Everything, with each sample. */
function dataOf(report: Report): string {
  const data = report.rows.map(({ row, findings }) => ({
    row: row.name,
    measured: findings.comparison.measured.map(({ label, entry, samples }) => {
      const { peer, ...work } = entry
      return { ...work, label, peer: peer.file, samples }
    }),
    leftOut: findings.comparison.leftOut,
    targets: findings.verdicts,
    table: [findings.head, ...findings.lines],
  }))
  return `${JSON.stringify({ ...report, rows: data }, null, 2)}\n`
}
