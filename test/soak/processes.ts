import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
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

/** Resolves when a process has ended for any reason. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('close', () => resolve())
  })
}
