import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

const folder = import.meta.dirname
const installed = join(folder, 'node_modules/.package-lock.json')
const wanted = join(folder, 'package-lock.json')

/** Installs the packages that Sluice is compared with, unless they are there. Says whether they are now. */
export function installPeers(): boolean {
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return true
  const { status } = spawnSync('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: ['ignore', process.stderr.fd, process.stderr.fd],
  })
  return status === 0
}
