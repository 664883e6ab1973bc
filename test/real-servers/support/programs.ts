import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { env, stderr } from 'node:process'

/** Where a program is, if it is here. Looks where Debian keeps servers, too, which is not on everybody's PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** True if Debian's own Python is installed and can import all of these modules. */
export function pythonHas(...modules: string[]): boolean {
  return existsSync(python) && spawnSync(python, ['-c', `import ${['sys', ...modules].join(', ')}`]).status === 0
}

/** Debian's own: another one on the PATH does not see the modules that apt has installed. */
export const python = '/usr/bin/python3'

/** Says why tests are left out. Answers whether they are. */
export function isMissing(what: string, isHere: boolean, name: string, install = 'apt install'): boolean {
  if (!isHere) stderr.write(`left out: ${what} is not here; it comes with "${install} ${name}"\n`)
  return !isHere
}
