import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const cli = join(import.meta.dirname, '..')

/** Folder of the bundle for the tests of one run, whose main process has this id. Inside the package, where it finds its dependencies. */
const bundleOf = (pid: number): string => join(cli, `.bundle-test-${pid}`)

/**
 * The main file of the command, bundled from the sources: a bundle starts in a fifth of the time. The first test file of a run
 * that asks makes it, and the others wait for it.
 */
export async function commandBundle(): Promise<string> {
  const folder = bundleOf(process.ppid)
  const main = join(folder, 'main.js')
  if (existsSync(main)) return main
  if (!isFirst(`${folder}-new`)) {
    for (let waited = 0; !existsSync(main); waited += 50) {
      if (waited > 60_000) throw new Error(`no bundle of the command within a minute: remove ${folder}-new`)
      await sleep(50)
    }
    return main
  }
  await promisify(execFile)(process.execPath, [join(cli, 'scripts/bundle.ts'), `${folder}-new`])
  renameSync(`${folder}-new`, folder)
  return main
}

/** Removes it. */
export function removeBundle(pid: number): void {
  for (const folder of [bundleOf(pid), `${bundleOf(pid)}-new`]) rmSync(folder, { recursive: true, force: true })
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}
