import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningSimulator, type ScenarioOptions, serveSimulator } from '@sluice/simulator'
import { type BulkOptions, type ClientOptions, createClient, formatDuration, type RequestInput } from 'sluice'
import { RunStatistics } from '../figures/run-statistics.ts'
import type { DemoFlags } from '../flags/simulate-flags.ts'
import type { Io } from '../io.ts'
import { openWriter } from '../outputs/open-writer.ts'
import { callRecord } from '../outputs/record.ts'
import { progressKind, reportProgress } from '../terminal/progress.ts'
import { paint, type Style, styleOf, Terminal } from '../terminal/terminal.ts'

interface Stage {
  readonly terminal: Terminal
  readonly io: Io
  readonly products: number
  readonly latency: number
  readonly rate: number
}

/** Tour: the same products one after another, concurrently, and through a rate limit with faults. */
export async function demoCommand(flags: DemoFlags, io: Io): Promise<number> {
  const style = styleOf({ isTTY: io.stderr.isTTY, env: io.env, when: 'auto' })
  const isFast = flags.fast === true
  const stage: Stage = {
    terminal: new Terminal(io, 0, style),
    io,
    products: isFast ? 100 : 500,
    latency: isFast ? 20 : 200,
    rate: isFast ? 300 : 60,
  }
  const { terminal, products, latency, rate } = stage
  const faults = '503:4%,reset:1%'
  const healthy: ScenarioOptions = { latency }
  const rough: ScenarioOptions = { latency, limit: `fixed:${rate}/s`, faults }

  terminal.say(`A practice API on this machine: ${products} products, ${latency} ms each. No key, no network.\n`)
  const rows: DemoRow[] = []
  rows.push(await oneAfterAnother(stage, healthy))
  rows.push(await together(stage, healthy, '20 at once', { concurrency: 20 }))
  terminal.say(
    `\nThe same API on a bad day: 5 % of the requests fail, and of more than ${rate}\nin a second the rest are refused (429).\n`,
  )
  rows.push(await unprotected(stage, rough))
  const file = join(tmpdir(), 'sluice-demo.jsonl')
  rows.push(await together(stage, rough, `20 at once, --rate ${rate}/s`, { concurrency: 20, rate: `${rate}/s` }, file))

  io.stdout.write(`\n${demoTable(rows)}\n`)
  terminal.say(`\nEvery product is in ${file}.\n${nextCommands(style)}`)
  return rows.at(-1)!.succeeded === products ? 0 : 3
}

/** Measures a part of them: the rest would only take longer. */
async function oneAfterAnother(stage: Stage, scenario: ScenarioOptions): Promise<DemoRow> {
  const slice = Math.round(stage.products / 20)
  const row = await together(stage, scenario, 'one after another', { concurrency: 1 }, undefined, slice)
  const whole = (row.elapsed * stage.products) / slice
  return { ...row, elapsed: whole, items: stage.products, note: `${slice} measured, the rest extrapolated` }
}

/** Sends everything at once and without retries, as a loop with `Promise.all` does. */
async function unprotected(stage: Stage, scenario: ScenarioOptions): Promise<DemoRow> {
  return await onStage(stage, scenario, async (server) => {
    const startedAt = performance.now()
    const answers = await Promise.allSettled(
      paths(stage.products).map(async (path) => {
        const response = await fetch(server.url + path, { signal: AbortSignal.timeout(30_000) })
        await response.arrayBuffer()
        return response.ok
      }),
    )
    const succeeded = answers.filter((answer) => answer.status === 'fulfilled' && answer.value).length
    return rowOf('Promise.all with fetch', stage.products, succeeded, performance.now() - startedAt, server)
  })
}

async function together(
  stage: Stage,
  scenario: ScenarioOptions,
  title: string,
  options: ClientOptions,
  file?: string,
  count: number = stage.products,
): Promise<DemoRow> {
  return await onStage(stage, scenario, async (server) => {
    await using client = createClient({ ...options, baseUrl: server.url })
    const opened = file === undefined ? undefined : await openWriter(file)
    const statistics = new RunStatistics((text) => text)
    const startedAt = performance.now()
    const run = client.stream(paths(count), { total: count } satisfies BulkOptions)
    const kind = progressKind('auto', stage.io.stderr, stage.io.env)
    const progress = reportProgress(
      kind === 'bar' ? 'bar' : 'none',
      { progress: () => run.progress, facts: () => ({ ...client.status(), troubles: [], isStopping: false }) },
      stage.io.stderr,
      stage.terminal.style,
    )
    for await (const result of run) {
      statistics.add(result)
      await opened?.writer.write(callRecord(result))
    }
    progress.close()
    await opened?.writer.close()
    const elapsed = performance.now() - startedAt
    stage.terminal.say(`  ${title}: ${count} products in ${formatDuration(elapsed)}`)
    return rowOf(title, count, statistics.succeeded, elapsed, server)
  })
}

async function onStage(
  _stage: Stage,
  scenario: ScenarioOptions,
  work: (server: RunningSimulator) => Promise<DemoRow>,
): Promise<DemoRow> {
  const server = await serveSimulator({ scenario })
  try {
    return await work(server)
  } finally {
    await server.close()
  }
}

/** Row with the server's counts, not those of a client. */
function rowOf(title: string, items: number, succeeded: number, elapsed: number, server: RunningSimulator): DemoRow {
  const { requests, refused, largestAtOnce } = server.stats()
  return { title, items, succeeded, elapsed, requests, refused, largestAtOnce, note: '' }
}

function paths(count: number): RequestInput[] & string[] {
  return Array.from({ length: count }, (_, index) => `/products/${index + 1}`)
}

function nextCommands(style: Style): string {
  const commands = [
    'npx sluice simulate --port 4000 --limit fixed:60/s --error-rate 503:5% &',
    "npx sluice fetch 'http://127.0.0.1:4000/products/[1-900]' -c 20 --rate 60/s \\",
    '    --store --name tour --dash    # a live page; Ctrl-C or kill ends it',
    'npx sluice resume tour            # continues where it stopped',
    'npx sluice export tour -o products.csv',
    'kill %1',
  ]
  return `\nTry next, as it stands here:\n${commands.map((command) => `  ${paint(style, 'bold', command)}\n`).join('')}`
}

/** Result of one approach to the same work. */
interface DemoRow {
  readonly title: string
  readonly items: number
  readonly succeeded: number
  /** Milliseconds. */
  readonly elapsed: number
  /** Count of the server. */
  readonly requests: number
  readonly refused: number
  readonly largestAtOnce: number
  readonly note: string
}

/** Table of the rows; the first is the baseline. */
function demoTable(rows: readonly DemoRow[]): string {
  const base = rows[0]!.elapsed
  const cells = rows.map((row) => [
    row.title,
    formatDuration(row.elapsed),
    `${(base / row.elapsed).toFixed(1)} x`,
    `${row.note === '' ? row.succeeded : row.items} of ${row.items}`,
    row.note === '' ? (row.requests / row.items).toFixed(2) : '1.00',
    String(row.refused),
  ])
  const head = ['', 'time', 'speed', 'products', 'sent/item', 'refused']
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd()
  const notes = rows.filter(({ note }) => note !== '').map(({ title, note }) => `${title}: ${note}.`)
  return [line(head), ...cells.map(line), ...notes].join('\n')
}
