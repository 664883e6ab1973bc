import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from 'sluice'
import type { RunStore } from 'sluice/stores'
import { progressKind, reportLines } from '../../terminal/progress.ts'
import { paint } from '../../terminal/terminal.ts'
import type { DemoRow, Stage } from './loops.ts'

/** Runs the command in a process of its own, kills that process in the middle, and resumes the run in another. */
export async function killedRun(stage: Stage, store: RunStore, folder: string): Promise<DemoRow> {
  const { api, io, products, rate, signal, terminal } = stage
  api.simulator.reset()
  const answered = (): number => api.stats().statuses[200] ?? 0
  const startedAt = performance.now()
  const elapsed = (): string => formatDuration(performance.now() - startedAt)
  const show = (command: string): void => terminal.say(`  ${paint(terminal.style, 'bold', `$ ${command}`)}`)
  const list = `${api.url}/products/[1-${products}]`

  terminal.say('\nWith Sluice, in a process that is killed in the middle')
  show(`sluice fetch '${list}' -c 20 --rate ${rate}/s \\\n      --store --name tour`)
  const kind = progressKind('auto', io.stderr, io.env) === 'bar' ? 'bar' : 'none'
  const text = (): string => {
    const { inFlight, refused } = api.stats()
    return `  ${answered()} responses, ${inFlight} in flight, ${refused} refused, ${elapsed()}`
  }
  terminal.progress = reportLines(kind, { text, json: () => api.stats() }, io.stderr, terminal.style)
  try {
    const first = start(['fetch', list, '-c', '20', '--rate', `${rate}/s`, '--store', '--name', 'tour'], folder, stage)
    while (answered() < products / 2 && first.isRunning()) await sleep(10, undefined, { signal })
    const { inFlight } = api.stats()
    const wasRunning = first.isRunning()
    await first.kill()
    if (!wasRunning) throw new Error(`the run ended before it could be killed: ${first.errors()}`)
    const kept = (await store.find('tour'))?.succeeded ?? 0
    terminal.say(`  killed (SIGKILL) after ${elapsed()}: ${kept} results stored, ${inFlight} requests in flight\n`)

    show('sluice resume tour')
    const second = start(['resume', 'tour'], folder, stage)
    await second.ended
    signal.throwIfAborted()
    if (second.errors() !== '') terminal.say(second.errors())
  } finally {
    terminal.progress?.close()
    terminal.progress = undefined
  }
  const run = (await store.find('tour'))!
  const { requests, refused, aborted } = api.stats()
  const repeated = requests - products
  const failed = requests - answered() - aborted
  terminal.say(
    `  ${run.succeeded} of ${products} are stored, each once; ${repeated} requests were repeated:\n` +
      `  ${failed} had failed, ${repeated - failed} were lost with the process`,
  )
  const spent = performance.now() - startedAt
  return {
    title: 'sluice, killed and resumed',
    items: products,
    succeeded: run.succeeded,
    requests,
    refused,
    elapsed: spent,
  }
}

interface Process {
  /** Resolves when it has ended, however that happened. */
  readonly ended: Promise<void>
  isRunning(): boolean
  errors(): string
  kill(): Promise<void>
}

/** Starts this command with other arguments. It is killed by Ctrl-C, and reads no settings of the user. */
function start(args: readonly string[], cwd: string, { io, signal }: Stage): Process {
  signal.throwIfAborted()
  const own = Object.entries(io.env).filter(([name]) => !name.startsWith('SLUICE_'))
  const child: ChildProcess = spawn(
    process.execPath,
    [...process.execArgv, '--', process.argv[1]!, ...args, '-q', '--no-config'],
    { cwd, env: Object.fromEntries(own), stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let errors = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', (error) => {
      errors += error.message
      resolve()
    })
  })
  const kill = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  ended.then(() => signal.removeEventListener('abort', kill))
  return {
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null && errors === '',
    errors: () => errors,
    async kill() {
      kill()
      await ended
    },
  }
}
