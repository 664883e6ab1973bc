import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, parse, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'packages/cli')

/**
 * Main file of the `sluice` command, bundled as it is published. Placed in its package, so that it finds its
 * dependencies.
 */
export async function bundledCommand(): Promise<string> {
  const folder = await makeOnce(join(cli, nameOf(process.ppid)), async (folder) => {
    await promisify(execFile)(process.execPath, [join(cli, 'scripts/bundle.ts'), folder])
  })
  return join(folder, 'main.js')
}

/**
 * Bundles a test program from its sources, and returns the file to start. A bundle starts four times as fast.
 * In the bundled modules, `import.meta` refers to the source files.
 */
export async function bundled(source: string): Promise<string> {
  return join(await bundledFolder([source]), `${parse(source).name}.js`)
}

/** Bundles several programs of one folder, and returns the folder with a `.js` file for each. */
export function bundledFolder(sources: readonly string[]): Promise<string> {
  const name = relative(root, sources[0]!).replaceAll(/[/.]/g, '-')
  return makeOnce(join(root, nameOf(process.ppid), name), async (folder) => {
    await using build = await rolldown({
      input: [...sources],
      platform: 'node',
      resolve: { conditionNames: ['@sluice/source', 'node', 'import', 'default'] },
      // jsonc-parser is a UMD module for Node, which a bundle cannot contain.
      external: ['better-sqlite3', 'jsonc-parser', 'pg', 'vitest'],
      plugins: [{ name: 'places', transform: withPlaces }],
      logLevel: 'silent',
    })
    await build.write({ dir: folder, format: 'esm' })
  })
}

/** Removes the bundles at the end of a test run. Called by Vitest in its main process. */
export function teardown(): void {
  for (const folder of [join(root, nameOf(process.pid)), join(cli, nameOf(process.pid))]) {
    for (const name of [folder, `${folder}-new`]) rmSync(name, { recursive: true, force: true })
  }
}

const nameOf = (pid: number): string => `.bundle-test-${pid}`

function withPlaces(code: string, id: string): string | undefined {
  if (!/import\.meta\.(url|dirname)/.test(code)) return undefined
  return code
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
}

/**
 * The first test file of a run that needs the bundle creates it; the others wait. The lock stays until the run ends, so
 * that a process that checked before the bundle existed does not create it again.
 */
async function makeOnce(folder: string, make: (folder: string) => Promise<void>): Promise<string> {
  const lock = `${folder}-new`
  mkdirSync(dirname(folder), { recursive: true })
  if (existsSync(folder)) return folder
  if (isFirst(lock)) {
    const draft = join(lock, 'made')
    await make(draft)
    renameSync(draft, folder)
    return folder
  }
  for (let waited = 0; !existsSync(folder); waited += 50) {
    if (waited > 60_000) throw new Error(`${folder} was not made within a minute: remove ${lock}`)
    await sleep(50)
  }
  return folder
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}
