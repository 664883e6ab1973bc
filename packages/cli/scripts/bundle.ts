import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { writePageScript } from '../../dashboard/scripts/page-script.ts'
import { manPage } from '../src/man-page.ts'

// Puts the command and what it uses into a few files, because reading and linking four hundred takes longer than all the
// rest of its start. Verbs that are not used stay unread. The licences of what is taken in are beside it.

const folder = join(import.meta.dirname, '..')
const bundle = resolve(folder, process.argv[2] ?? 'bundle')

rmSync(bundle, { recursive: true, force: true })
await using build = await rolldown({
  // Threads are files of their own, found beside the code that starts them.
  input: {
    main: join(folder, 'src/main.ts'),
    'store-thread': join(folder, '../sluice/src/stores/sqlite/store-thread.ts'),
    'parquet-thread': join(folder, 'src/outputs/parquet-thread.ts'),
  },
  platform: 'node',
  // Node 22 has no `using`.
  transform: { target: 'es2024' },
  // As tests do: from the sources of the workspace, which need no build.
  resolve: {
    conditionNames: ['@sluice/source', 'node', 'import', 'default'],
    alias: { undici$: join(import.meta.dirname, 'undici-parts.ts') },
  },
  // A native module, one whose licence (MPL-2.0) asks for more than to be named, those that read files beside them or load what
  // may not be there (pg its native half), and an application that does.
  external: ['better-sqlite3', '@jmespath-community/jmespath', 'pg', /^@sluice\/news/],
})
const { output } = await build.write({ dir: bundle, format: 'esm', chunkFileNames: '[name]-[hash].js' })

const packages = new Set<string>()
for (const item of output) {
  if (item.type !== 'chunk') continue
  for (const id of item.moduleIds) {
    const found = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0]
    if (found !== undefined) packages.add(found)
  }
}
writeFileSync(join(bundle, 'LICENSES.txt'), Array.from(packages).sort().map(licenceOf).join('\n'))

writeFileSync(join(bundle, 'sluice.1'), manPage())

// Found beside the folder of the bundle, as it is beside the sources of its package.
await writePageScript(join(folder, 'assets/page.js'))

/** @throws Error if a package has none: then it must not be taken in. */
function licenceOf(place: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as {
    readonly [field: string]: string
  }
  const file = globSync('{LICENSE,LICENCE,license,licence}*', { cwd: place })[0]
  if (file === undefined && license === undefined) throw new Error(`${name} has no licence`)
  const text = file === undefined ? '' : readFileSync(join(place, file), 'utf8').trim()
  return `${name} ${version}, ${license}\n${'='.repeat(72)}\n${text}\n`
}
