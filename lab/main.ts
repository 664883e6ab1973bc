import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { printEvents } from './event-log.ts'
import { writePage } from './page.ts'
import { type Row, runScenario } from './run.ts'
import { families } from './scenarios/index.ts'
import { plainTable } from './table.ts'

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
