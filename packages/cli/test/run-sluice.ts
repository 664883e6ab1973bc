import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { bundledCommand } from '../../../test/bundled.ts'

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
}

/** The real command, bundled from its sources; what it loads by name is loaded from sources too. */
export function startSluice(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  const { SLUICE_CONCURRENCY: _, ...outer } = process.env
  const child = spawn(process.execPath, ['--conditions=@sluice/source', main, ...args], {
    cwd: options.cwd ?? temporaryFolder(),
    env: { ...outer, XDG_CONFIG_HOME: '/nonexistent', ...options.env },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

/** Runs the command to its end. Without `stdin` its input is closed at once. */
export async function sluice(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = startSluice(args, options)
  child.stdin.on('error', () => {})
  child.stdin.end(options.stdin ?? '')
  return await finished(child)
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
  return {
    code,
    ...output,
    get records() {
      return output.stdout
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
