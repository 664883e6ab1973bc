import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { formatDuration } from 'sluice'
import type { DemoFlags } from '../../flags/simulate-flags.ts'
import type { Io } from '../../io.ts'
import { openStorePages } from '../../jobs/store-pages.ts'
import { withStore } from '../../jobs/store-place.ts'
import { StopSignals } from '../../terminal/keys.ts'
import { paint, type Style, styleOf, Terminal } from '../../terminal/terminal.ts'
import { countText } from '../../terminal/text.ts'
import { killedRun } from './killed-run.ts'
import { allAtOnce, type DemoRow, oneAfterAnother, type Stage, threeTries } from './loops.ts'

/** Port of the practice API in the documentation; if it is taken, the demo uses another. */
const usualPort = 4000

/**
 * Tour: what loops get from an API on a bad day, and what Sluice gets although it is killed in the middle. Leaves
 * nothing behind, however it ends. Returns the exit code.
 */
export async function demoCommand(flags: DemoFlags, io: Io): Promise<number> {
  const style = styleOf({ isTTY: io.stderr.isTTY, env: io.env, when: 'auto' })
  const terminal = new Terminal(io, 0, style)
  const isFast = flags.fast === true
  const latency = isFast ? 20 : 200
  const rate = 60
  const stopping = new AbortController()
  const signals = new StopSignals({ onFirst: () => stopping.abort(), onSecond: () => {} })
  const folder = await mkdtemp(join(tmpdir(), 'sluice-demo-'))
  const scenario = { latency, limit: `fixed:${rate}/s`, faults: '503:4%,reset:1%' }
  const serve = (port: number): Promise<RunningSimulator> => serveSimulator({ scenario, port })
  const api = await serve(usualPort).catch(() => serve(0))
  const products = isFast ? 100 : 500
  const stage: Stage = { io, terminal, api, signal: stopping.signal, products, rate }
  try {
    return await withStore(join(folder, '.sluice/runs.db'), async (store) => {
      const pages = await openStorePages(store, { port: 0, host: undefined, flag: undefined, env: io.env })
      try {
        terminal.say(
          `A practice API on this machine, on a bad day: ${products} products, ${latency} ms each.\n` +
            `5 % of the requests fail, and beyond ${rate} per second they are refused (429).\n` +
            `The live page of this tour: ${paint(style, 'bold', pages.url)}\n\n` +
            'Without Sluice',
        )
        const rows: DemoRow[] = []
        for (const way of [oneAfterAnother, allAtOnce, threeTries]) rows.push(await way(stage))
        rows.push(await killedRun(stage, store, folder))
        const whole = (rows[0]!.elapsed * products) / rows[0]!.items
        io.stdout.write(
          `\n${demoTable(rows, style)}\n\nOne after another, all ${products} would take ${formatDuration(whole)}.\n`,
        )
        terminal.say(nextCommands(api.port, style, io.env, process.cwd()))
        return rows.at(-1)!.succeeded === products ? 0 : 3
      } finally {
        await pages.close()
      }
    })
  } catch (error) {
    if (signals.received === undefined) throw error
    terminal.say('stopped')
    return signals.received === 'SIGTERM' ? 143 : 130
  } finally {
    signals.close()
    await api.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function demoTable(rows: readonly DemoRow[], style: Style): string {
  const cells = rows.map((row) => [
    row.title,
    `${row.succeeded} of ${row.items}`,
    countText(row.requests),
    countText(row.refused),
    formatDuration(row.elapsed),
  ])
  const head = ['', 'products', 'requests', 'refused', 'time']
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ')
  return [
    line(head),
    ...cells.map((row, at) => paint(style, at === rows.length - 1 ? 'green' : 'red', line(row))),
  ].join('\n')
}

/** Commands to type after the demo. They have no comments: zsh, when typed to, takes those for arguments. */
export function nextCommands(port: number, style: Style, env: NodeJS.ProcessEnv, folder: string): string {
  const sluice = typedName(env, folder)
  const commands = [
    `${sluice} fetch 'http://127.0.0.1:${port}/products/[1-600]' -c 20 \\`,
    '    --rate 60/s --store --name tour --dash',
    `${sluice} resume tour`,
    `${sluice} export tour -o products.csv`,
  ]
  const bold = (command: string): string => `  ${paint(style, 'bold', command)}\n`
  return `
Try next. In one terminal:
${bold(`${sluice} simulate --port ${port} --limit fixed:60/s --error-rate 503:5%`)}In another, one after the other (Ctrl-C stops the first, or open its live page):
${commands.map(bold).join('')}`
}

/** The command as this user types it: by npx in a project that has it, by its name where it is installed. */
function typedName(env: NodeJS.ProcessEnv, folder: string): string {
  // npm runs scripts in the folder of the package, wherever the user is.
  for (let place = env.INIT_CWD ?? folder; ; place = dirname(place)) {
    if (existsSync(join(place, 'node_modules/.bin/sluice'))) return 'npx sluice'
    if (place === dirname(place)) break
  }
  const places = (env.PATH ?? '').split(delimiter).filter((place) => !/[\\/](?:_npx|node_modules)[\\/]/.test(place))
  return places.some((place) => existsSync(join(place, 'sluice'))) ? 'sluice' : 'npx @sluice/cli'
}
