import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'
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
  // Without the experimental parser of undici, as in Node's own build of it.
  transform: { target: 'es2024', define: { esbuildDetection: 'true' } },
  // As tests do: from the sources of the workspace, which need no build.
  resolve: {
    conditionNames: ['@sluice/source', 'node', 'import', 'default'],
    alias: { undici$: join(import.meta.dirname, 'undici-parts.ts') },
  },
  plugins: [builtinsWithoutFacades(), lateExpressions(), withoutPartsOfUndici()],
  // A native module, one whose licence (MPL-2.0) asks for more than to be named, those that read files beside them or load what
  // may not be there (pg its native half), and an application that does.
  external: ['better-sqlite3', '@jmespath-community/jmespath', 'pg', /^@sluice\/news/],
})
const { output } = await build.write({
  dir: bundle,
  format: 'esm',
  // A smaller file is read, hashed and decoded sooner. Names stay, for stack traces.
  minify: { mangle: false, compress: false, codegen: true },
  chunkFileNames: '[name]-[hash].js',
  // What `fetch` loads is in as few files: each takes half a millisecond to be found, read and linked. A module is in the first group
  // that leads to it. Threads load only theirs.
  codeSplitting: {
    groups: [
      { name: 'store', test: /stores\/sqlite\/(open-file|thread-messages)\.ts$/ },
      { name: 'start', test: /cli\/src\/(program|output-errors)\.ts$/ },
      { name: 'client', test: /sluice\/src\/client\/create-client\.ts$/ },
      { name: 'fetch', test: /cli\/src\/(verbs\/fetch|plan\/settings-files)\.ts$/ },
    ],
  },
})

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

/**
 * Takes what Node brings along from `process`, not by `import`: that reads all exports of a module, and with them loads what is behind
 * them. `node:http` would load Node's own undici for its `WebSocket`, which took a tenth of the time until a first request.
 */
function builtinsWithoutFacades(): Plugin {
  return {
    name: 'builtins-without-facades',
    renderChunk: (code) =>
      code.replace(/^import (?:\* as )?(\w+)?(?:, )?(\{.+\})? from "(node:[^"]+)";$/gm, (_, whole, names, module) => {
        const bindings = [whole, names?.replaceAll(' as ', ': ')].filter((one) => one !== undefined)
        return bindings.map((one) => `const ${one} = globalThis.process.getBuiltinModule("${module}");`).join('\n')
      }),
  }
}

/**
 * Has string-width make its segmenter and expressions when they are needed, as `text.ts` does: that of all emoji alone takes 7 ms.
 *
 * @throws Error if it makes none at its start
 */
function lateExpressions(): Plugin {
  const made = /^const (\w+) = (new (?:Intl\.Segmenter|RegExp)\(.*\)|\/.*\/v);$/gm
  return {
    name: 'late-expressions',
    transform: {
      filter: { id: /string-width\/index\.js$/ },
      handler: (code) => {
        const late = new Map(Array.from(code.matchAll(made), ([, name, value]) => [name!, value!]))
        if (late.size === 0) throw new Error('string-width makes nothing at its start: take lateExpressions out')
        const names = new RegExp(`\\b(?:${[...late.keys()].join('|')})\\b`, 'g')
        const used = code.replace(made, '').replace(names, (name) => `(${name} ??= ${late.get(name)})`)
        return `let ${[...late.keys()].join(', ')};\n${used}`
      },
    },
  }
}

/**
 * Leaves out of undici HTTP/2, which clients never allow it (the library has its own, and loads `node:http2` when it is needed), and form
 * data, which the library encodes itself.
 */
function withoutPartsOfUndici(): Plugin {
  return {
    name: 'without-parts-of-undici',
    load: {
      filter: { id: /undici\/lib\/(dispatcher\/client-h2|web\/(fetch\/(body|formdata)|webidl\/index))\.js$/ },
      handler: () => "module.exports = () => { throw new Error('this part of undici is not in the bundle') }",
    },
  }
}

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
