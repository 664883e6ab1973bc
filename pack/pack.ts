import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stdout } from 'node:process'

// Makes the tarballs that are published, in the folder given or in `packs`: npm run pack, then npm publish packs/NAME.tgz.
// They differ from the checkout in what only the checkout needs: the condition that leads to the sources, and the tools.

interface Manifest {
  readonly name: string
  exports?: Record<string, string | Record<string, string>>
  imports?: Record<string, Record<string, string>>
  devDependencies?: unknown
}

const root = join(import.meta.dirname, '..')
const packs = resolve(process.argv[2] ?? join(root, 'packs'))
const work = mkdtempSync(join(tmpdir(), 'sluice-pack-'))

rmSync(packs, { recursive: true, force: true })
mkdirSync(packs, { recursive: true })
try {
  for (const manifest of globSync('{packages,apps}/*/package.json', { cwd: root })) pack(join(root, manifest, '..'))
} finally {
  rmSync(work, { recursive: true, force: true })
}

function pack(folder: string): void {
  const staged = unpacked(npmPack(folder, work))
  const file = join(staged, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  delete manifest.devDependencies
  for (const target of Object.values({ ...manifest.exports, ...manifest.imports })) {
    if (typeof target !== 'string') delete target['@sluice/source']
  }
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`)
  copyFileSync(join(root, 'LICENSE'), join(staged, 'LICENSE'))
  if (!existsSync(join(staged, 'README.md'))) throw new Error(`${manifest.name} has no README.md`)
  stdout.write(`${npmPack(staged, packs)}\n`)
}

/** Packs a folder, and returns the tarball. */
function npmPack(folder: string, into: string): string {
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', into]
  return join(into, execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }).trim())
}

/** Unpacks a tarball, and returns its folder. */
function unpacked(tarball: string): string {
  const folder = `${tarball}-files`
  mkdirSync(folder)
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  return join(folder, 'package')
}
