import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { bundledCommand } from '../bundled.ts'

const root = join(import.meta.dirname, '../..')

/** The command as built by `npm run build`. */
export const builtCommand: readonly string[] = [process.execPath, join(root, 'packages/cli/bin/sluice.js')]
/** The command bundled from its sources, for tests. */
export async function bundledProgram(): Promise<readonly string[]> {
  return [process.execPath, await bundledCommand()]
}

/** Resolves when a process has ended for any reason. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('close', () => resolve())
  })
}
