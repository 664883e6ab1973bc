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
import { join, relative, resolve } from 'node:path'
import { stderr, stdout } from 'node:process'
import { repositoryUrl } from './repository-url.ts'

// Makes the tarballs that are published, in the folder given or in `packs`: npm run pack, then npm publish packs/NAME.tgz.
// They differ from the checkout in what only the checkout needs (the condition that leads to the sources, tools and scripts),
// and in what is the same for all: licence, repository (the remote `origin`) and access.

interface Manifest {
  readonly name: string
  exports?: Record<string, string | Record<string, string>>
  imports?: Record<string, Record<string, string>>
  devDependencies?: unknown
  scripts?: unknown
  repository?: unknown
  publishConfig?: unknown
}

const root = join(import.meta.dirname, '..')
const packs = resolve(process.argv[2] ?? join(root, 'packs'))
const work = mkdtempSync(join(tmpdir(), 'sluice-pack-'))
const repository = repositoryUrl(root)

rmSync(packs, { recursive: true, force: true })
mkdirSync(packs, { recursive: true })
try {
  const folders = globSync('{packages,apps}/*/package.json', { cwd: root }).map((file) => join(root, file, '..'))
  const staged = npmPack(folders, work).map((tarball, index) => stage(unpacked(tarball), folders[index]!))
  for (const tarball of npmPack(staged, packs)) stdout.write(`${tarball}\n`)
  if (repository === undefined)
    stderr.write(
      'No package names its repository, because the remote `origin` has no public address: set it before you publish.\n',
    )
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** Makes the unpacked files of a workspace those that are published. */
function stage(staged: string, folder: string): string {
  const file = join(staged, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  delete manifest.devDependencies
  delete manifest.scripts
  for (const target of Object.values({ ...manifest.exports, ...manifest.imports })) {
    if (typeof target !== 'string') delete target['@sluice/source']
  }
  if (repository !== undefined)
    manifest.repository = { type: 'git', url: repository, directory: relative(root, folder).replaceAll('\\', '/') }
  manifest.publishConfig = { access: 'public' }
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`)
  copyFileSync(join(root, 'LICENSE'), join(staged, 'LICENSE'))
  if (!existsSync(join(staged, 'README.md'))) throw new Error(`${manifest.name} has no README.md`)
  return staged
}

/** Packs folders, and returns their tarballs. */
function npmPack(folders: readonly string[], into: string): string[] {
  const args = ['pack', '--silent', '--ignore-scripts', '--workspaces=false', '--pack-destination', into, ...folders]
  const names = execFileSync('npm', args, { cwd: root, encoding: 'utf8' }).trim().split('\n')
  return names.map((name) => join(into, name))
}

/** Unpacks a tarball, and returns its folder. */
function unpacked(tarball: string): string {
  const folder = `${tarball}-files`
  mkdirSync(folder)
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  return join(folder, 'package')
}
