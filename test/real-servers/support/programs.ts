import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { env, stderr } from 'node:process'

/**
 * Path of a program; undefined if it is not installed. Also looks in Debian's folders for servers, which may not be on
 * PATH.
 */
export function findProgram(name: string): string | undefined {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** True if Debian's Python is installed and can import all of these modules. */
export function pythonHas(...modules: string[]): boolean {
  return existsSync(python) && spawnSync(python, ['-c', `import ${['sys', ...modules].join(', ')}`]).status === 0
}

/** Debian's Python: another one on PATH does not find the modules installed by apt. */
export const python = '/usr/bin/python3'

/** Reports why tests are skipped. Returns true if they are. */
export function isMissing(what: string, isHere: boolean, name: string, install = 'apt install'): boolean {
  if (!isHere) stderr.write(`left out: ${what} is not here; it comes with "${install} ${name}"\n`)
  return !isHere
}
