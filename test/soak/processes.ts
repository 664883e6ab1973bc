import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LatencyOption, type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { bundledCommand } from '../bundled.ts'

const root = join(import.meta.dirname, '../..')

/** The command as built by `npm run build`. */
export const builtCommand: readonly string[] = [process.execPath, join(root, 'packages/cli/bin/sluice.js')]
/** The command bundled from its sources, for tests. */
export async function bundledProgram(): Promise<readonly string[]> {
  return [process.execPath, await bundledCommand()]
}

/** Starts the command in a folder, without settings of this machine. */
export function startCommand(command: readonly string[], args: readonly string[], folder: string): ChildProcess {
  const [program, ...rest] = command
  return spawn(program!, [...rest, ...args], {
    cwd: folder,
    env: { ...process.env, XDG_CONFIG_HOME: '/nonexistent' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/** Folder, practice API and processes of a soak. */
export interface SoakParts {
  readonly folder: string
  readonly server: RunningSimulator
  /** Running processes, which are killed at the end. */
  readonly children: Set<ChildProcess>
}

/** Runs a soak against a practice API that refuses, resets and delays some requests; then removes all of it. */
export async function withPracticeApi<T>(
  { latency, seed }: { readonly latency: LatencyOption; readonly seed: number },
  run: (parts: SoakParts) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-soak-'))
  const server = await serveSimulator({ scenario: { latency, faults: { '503': 0.02, reset: 0.01 }, seed } })
  const children = new Set<ChildProcess>()
  try {
    return await run({ folder, server, children })
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Resolves when a process has ended for any reason. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('close', () => resolve())
  })
}
