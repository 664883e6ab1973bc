import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

// Writes the API reference, docs/reference, from the docstrings of what `sluice` exports.

const folder = import.meta.dirname
const library = resolve(folder, '../packages/sluice')
/** Entry points without a promise: for the packages of this repository. */
const internal = ['./internal', './package.json']

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly '@sluice/source': string }>>
}

install()
const { exports } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as Manifest
const entryPoints = Object.entries(exports)
  .filter(([name]) => !internal.includes(name))
  .map(([, { '@sluice/source': source }]) => join(library, source))

run('node_modules/.bin/typedoc', ['--options', 'typedoc.json', ...entryPoints])

/** Installs TypeDoc beside this file, unless it is there already. */
function install(): void {
  const installed = join(folder, 'node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs)
    return
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { cwd: folder, stdio: 'inherit' })
}
