import { parseArgs } from 'node:util'
import { type KillReport, type KillSoak, killSoak } from './kill-soak.ts'
import { builtCommand } from './processes.ts'

// `npm run soak:kill`: 200 kills over 20,000 items, for each kind of input. `-- --kills 20 --items 2000 --input pipe`

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    items: { type: 'string', default: '20000' },
    input: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})

const inputs: readonly KillSoak['input'][] =
  values.input === undefined ? ['pattern', 'file', 'pipe'] : [values.input as KillSoak['input']]
let isGood = true
for (const input of inputs) {
  const startedAt = performance.now()
  const report = await killSoak({
    kills: Number(values.kills),
    items: Number(values.items),
    input,
    seed: Number(values.seed),
    command: builtCommand,
    say: (line) => process.stderr.write(`${line}\n`),
  })
  isGood &&= report.missing + report.unknown + report.duplicates + report.itemsWithTwoKeys + report.keysOfTwoItems === 0
  process.stdout.write(text(input, report, (performance.now() - startedAt) / 1_000))
}
process.exitCode = isGood ? 0 : 1

function text(input: string, report: KillReport, seconds: number): string {
  const { repeats, inFlight, ...rest } = report
  const most = (list: readonly number[]): number => Math.max(0, ...list)
  const mean = (list: readonly number[]): string =>
    (list.reduce((sum, one) => sum + one, 0) / Math.max(1, list.length)).toFixed(1)
  const over = repeats.map((count, kill) => count - inFlight[kill]!)
  return [
    `${input}: ${JSON.stringify(rest)} in ${seconds.toFixed(0)} s`,
    `  sent again after a kill: ${mean(repeats)} on average, ${most(repeats)} at most`,
    `  in flight at the kill, as the server saw it: ${mean(inFlight)} on average, ${most(inFlight)} at most`,
    `  sent again beyond those: ${mean(over)} on average, ${most(over)} at most`,
    '',
  ].join('\n')
}
