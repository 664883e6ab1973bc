import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { SluiceEvent } from 'sluice'
import { type Row, runScenario, type Scenario } from './scenario.ts'
import { families } from './scenarios/index.ts'
import { plainTable, writePage } from './table.ts'

const help = `npm run lab -- [names] [--seeds 20] [--check] [--write] [--events --seed 7]

Runs the scenarios whose name begins with one of the names, or all, and prints what came out.
--seeds N    runs each with seeds 1 to N (default 20)
--check      ends with 1 if a target that is held is missed
--write      writes docs/laboratory.md; done by itself when everything runs with 20 seeds
--events     prints what happens in the first scenario with --seed N instead
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    check: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    events: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const out = (text: string): boolean => process.stdout.write(`${text}\n`)
const isWanted = (name: string): boolean =>
  positionals.length === 0 || positionals.some((wanted) => name.startsWith(wanted))

if (values.help) out(help)
else if (values.events) await showEvents()
else await runAll()

async function showEvents(): Promise<void> {
  const scenario = families.flatMap(({ scenarios }) => scenarios).find(({ name }) => isWanted(name))
  if (scenario === undefined) out(`there is no scenario ${positionals.join(' ')}`)
  else await printEvents(scenario, Number(values.seed), out)
}

async function runAll(): Promise<void> {
  const seeds = Number(values.seeds)
  const rowsByFamily = new Map<string, Row[]>()
  for (const { name, title, scenarios } of families) {
    const wanted = scenarios.filter((scenario) => isWanted(scenario.name))
    if (wanted.length === 0) continue
    const begun = performance.now()
    const rows: Row[] = []
    for (const scenario of wanted) rows.push(...(await runScenario(scenario, seeds)))
    rowsByFamily.set(name, rows)
    out(`${title} (${((performance.now() - begun) / 1_000).toFixed(1)} s)\n\n${plainTable(rows)}\n`)
  }
  const all = [...rowsByFamily.values()].flat()
  const missed = all.filter(({ figure, worstMiss }) => figure.held === true && worstMiss > 0)
  for (const { scenario, figure } of missed) out(`held, and missed: ${scenario}, ${figure.name}`)
  if (values.write || (positionals.length === 0 && seeds === 20)) {
    await writeFile(new URL('../docs/laboratory.md', import.meta.url), writePage(families, rowsByFamily, seeds))
  }
  if (values.check && missed.length > 0) process.exitCode = 1
}

/** Runs a scenario with one seed and prints the client's events, one per line. */
export async function printEvents(scenario: Scenario, seed: number, out: (line: string) => void): Promise<void> {
  const measured = await scenario.run(seed, (event) => out(queueOf(event)))
  for (const [index, { name }] of scenario.figures.entries()) out(`${name}: ${measured[index]}`)
}

function queueOf({ type, at, ...details }: SluiceEvent): string {
  const fields = Object.entries(details).map(([name, value]) => `${name}=${textOf(value)}`)
  return [at.toFixed(1).padStart(10), type, ...fields].join(' ')
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toFixed(2)))
  if (value instanceof Error) return value.name
  if (typeof value === 'object' && value !== null && 'url' in value) return String(value.url)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
