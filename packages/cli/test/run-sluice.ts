import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunningSimulator } from '@sluice/simulator'
import { onTestFinished } from 'vitest'
import { bundledCommand } from '../../../test/bundled.ts'
import { runWarm } from '../../../test/warm/run-warm.ts'

const main = await bundledCommand()

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The lines of stdout, parsed. */
  readonly records: readonly Record<string, unknown>[]
}

export interface RunOptions {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Starts a process of its own: for tests of what a process does. @default false */
  readonly fresh?: boolean
}

/** The real command, bundled from its sources; what it loads by name is loaded from sources too. */
export function startSluice(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ['--conditions=@sluice/source', main, ...args], {
    cwd: options.cwd ?? temporaryFolder(),
    env: environment(options),
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

function environment({ env }: RunOptions): Record<string, string | undefined> {
  const { SLUICE_CONCURRENCY: _concurrency, LC_ALL: _all, LC_CTYPE: _type, ...outer } = process.env
  // The same marks in the output of every machine.
  return { ...outer, LANG: 'C.UTF-8', XDG_CONFIG_HOME: '/nonexistent', ...env }
}

/** Runs the command to its end. Without `stdin` its input is closed at once. */
export async function sluice(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  // Node reads these when it starts.
  if (options.fresh !== true && !Object.keys(options.env ?? {}).some((name) => /^(NODE|SSL)_/.test(name))) {
    const { cwd = temporaryFolder(), stdin = '' } = options
    return withRecords(await runWarm({ main, args, env: environment(options), cwd, stdin }))
  }
  const child = startSluice(args, options)
  child.stdin.on('error', () => {})
  child.stdin.end(options.stdin ?? '')
  return await finished(child)
}

/** Waits until a simulator has seen this many requests. */
export async function untilRequests(server: RunningSimulator, count: number): Promise<void> {
  const deadline = performance.now() + 20_000
  while (server.stats().requests < count) {
    if (performance.now() > deadline) throw new Error(`${server.stats().requests} of ${count} requests were sent`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** Waits for the end of a started command. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return withRecords({ code, ...output })
}

function withRecords(result: Omit<Finished, 'records'>): Finished {
  return {
    ...result,
    get records() {
      return result.stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    },
  }
}

/** A folder of this test's own, gone when it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
