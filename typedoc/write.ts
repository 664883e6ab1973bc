import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { installPackages } from '../install-packages.ts'

// Writes the API reference, docs/reference, from the docstrings of what `sluice` exports.

const folder = import.meta.dirname
const library = resolve(folder, '../packages/sluice')
/** Entry points without a promise: for the packages of this repository. */
const internal = ['./internal', './package.json']

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly '@sluice/source': string }>>
}

if (!installPackages(folder)) throw new Error('npm ci failed in typedoc/.')
const { exports } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as Manifest
const entryPoints = Object.entries(exports)
  .filter(([name]) => !internal.includes(name))
  .map(([, { '@sluice/source': source }]) => join(library, source))

run('node_modules/.bin/typedoc', ['--options', 'typedoc.json', ...entryPoints])

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { cwd: folder, stdio: 'inherit' })
}
