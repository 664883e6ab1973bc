import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The command as it was built. */
export const builtCommand: readonly string[] = [process.execPath, join(root, 'packages/cli/bin/sluice.js')]
/** The command from its sources. */
export const sourceCommand: readonly string[] = [
  process.execPath,
  '--conditions=source',
  join(root, 'packages/cli/src/main.ts'),
]

/** Resolves when a process has ended, however that was. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('close', () => resolve())
  })
}
