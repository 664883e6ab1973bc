import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = import.meta.dirname
const library = 'packages/sluice/src'

/**
 * Layers, the lowest first: a folder imports its own files and those of lower rows. Type imports count. Files beside the
 * folders put them together, and may be imported only if a row names them. Change a table in the commit that needs it.
 */
const layers: Readonly<Record<string, readonly (readonly string[])[]>> = {
  [library]: [
    ['errors', 'random', 'platform'],
    ['time'],
    ['algorithms'],
    ['http'],
    ['events', 'transport', 'database'],
    ['policies'],
    ['client', 'stores'],
    ['runs', 'benchmark'],
  ],
  'packages/report/src': [
    ['markup.ts', 'text.ts', 'run-report.ts'],
    ['page'],
    ['plots'],
    ['run', 'benchmark'],
    ['compare'],
    ['markdown'],
  ],
  'packages/gateway/src': [['options.ts'], ['messages'], ['upstream'], ['caller']],
  'packages/cli/src': [
    ['io.ts'],
    ['flags'],
    ['inputs'],
    ['outputs'],
    ['figures'],
    ['terminal'],
    ['plan'],
    ['jobs'],
    ['verbs'],
  ],
  'apps/news/src': [['model'], ['settings', 'stories'], ['sources', 'store'], ['refresh'], ['web'], ['command']],
}

/** Free-standing on purpose: it may import everything, and only tests may import it. */
const testing = 'testing'

/** The only places in the library where the outside world is touched. */
const worldly: readonly { readonly what: string; readonly pattern: RegExp; readonly files: readonly string[] }[] = [
  { what: 'the wall clock', pattern: /\bDate\.now\b|\bnew Date\(\)/, files: ['time/system-clock.ts'] },
  { what: 'performance', pattern: /\bperformance\b/, files: ['time/system-clock.ts', 'benchmark/system-effort.ts'] },
  {
    what: 'timers of the platform',
    pattern: /\b(setTimeout|setInterval|setImmediate)\(/,
    files: [
      'time/system-clock.ts',
      'testing/manual-clock.ts',
      'transport/http2/exchange.ts',
      'transport/http2/session.ts',
      'transport/undici/connections.ts',
      'transport/undici/origin-clients.ts',
    ],
  },
  { what: 'Math.random', pattern: /\bMath\.random\b/, files: ['random/random.ts'] },
  { what: 'crypto', pattern: /\bcrypto\./, files: ['random/unique-key.ts'] },
  {
    what: 'the global fetch',
    pattern: /(?<![.\w])fetch\b(?!:|\?:| \w)/,
    files: ['transport/fetch-transport.ts'],
  },
  // A driver whose warning nobody can heed is loaded without it; HTTP/2 is loaded when it is used.
  { what: 'process', pattern: /\bprocess\./, files: ['database/sqlite/drivers.ts', 'transport/http2/session.ts'] },
  {
    what: 'the environment',
    pattern: /from 'node:process'/,
    files: [
      'benchmark/system-effort.ts',
      'database/postgres/connection-settings.ts',
      'database/sqlite/drivers.ts',
      'stores/process-identity.ts',
      'transport/connect/proxy.ts',
      'transport/http2/session.ts',
    ],
  },
  { what: 'console', pattern: /\bconsole\./, files: [] },
]

/** More than this is more than one concept. */
const longestFile = 300

/** Maximum size of the model of an SDK: if it needs more, something is missing in the library. */
const longestModel = 340

const sources = globSync('{packages,apps}/*/src/**/*.ts', { cwd: root }).sort()
const productSources = sources.filter((file) => !file.endsWith('.test.ts'))
const librarySources = productSources.filter((file) => file.startsWith(library))

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** The code without comments, so that words in them count for nothing. */
function codeOf(file: string): string {
  return read(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1')
}

function withoutTexts(code: string): string {
  return code.replace(/'[^'\n]*'/g, "''")
}

function importsOf(file: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*(?:\{[^}]*\}[^'"\n;]*)?\bfrom\s+'([^']+)'|\bimport\('([^']+)'\)/g
  return Array.from(codeOf(file).matchAll(pattern), (match) => (match[1] ?? match[2])!)
}

/** The imported files of the project, relative to its root. */
function localImportsOf(file: string): string[] {
  return importsOf(file)
    .filter((name) => /^[.#]/.test(name))
    .map((name) => fileOf(name, file))
}

/** The file that an import means; of one that depends on the runtime, that for Node. */
function fileOf(name: string, from: string): string {
  if (!name.startsWith('#')) return relative(root, resolve(root, dirname(from), name))
  const { imports } = JSON.parse(read('packages/sluice/package.json')) as {
    imports: Record<string, { '@sluice/source': string }>
  }
  return join('packages/sluice', imports[name]!['@sluice/source'])
}

/** The folder below `home` that holds a file, or the name of a file beside the folders. */
function partOf(file: string, home: string): string {
  return relative(home, file).split('/')[0]!
}

describe('the lock file', () => {
  it('keeps npm from building what comes built: with a lock file it forgets that a package says `gypfile: false`', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { gypfile?: boolean }> }
    // Whenever npm has written the file anew, the line has to be put back.
    expect(packages['node_modules/better-sqlite3']?.gypfile).toBe(false)
  })
})

describe('the package', () => {
  it.each(Object.entries(layers))(
    'has layers in %s: a folder imports its own files and lower layers only',
    (home, rows) => {
      const height = new Map(rows.flatMap((row, index) => row.map((name) => [name, index] as const)))
      const files = productSources.filter((file) => {
        const from = partOf(file, home)
        return file.startsWith(`${home}/`) && from !== testing && !from.endsWith('.ts')
      })
      const wrong = files.flatMap((file) => {
        const from = partOf(file, home)
        return localImportsOf(file)
          .filter((to) => partOf(to, home) !== from)
          .filter((to) => !((height.get(partOf(to, home)) ?? Number.POSITIVE_INFINITY) < (height.get(from) ?? -1)))
          .map((to) => `${file} imports ${to}, which is not below ${from}/`)
      })
      expect(wrong).toEqual([])
      const folders = new Set(files.map((file) => partOf(file, home)))
      expect([...folders].sort()).toEqual(
        rows
          .flat()
          .filter((name) => !name.endsWith('.ts'))
          .sort(),
      )
    },
  )

  it('lets only tests import its testing folder', () => {
    const wrong = productSources.filter(
      (file) =>
        !file.startsWith(`${library}/${testing}/`) &&
        (localImportsOf(file).some((to) => to.startsWith(`${library}/${testing}/`)) ||
          importsOf(file).includes('sluice/testing')),
    )
    expect(wrong).toEqual([])
  })

  it('has no circle of imports, type imports counted', () => {
    expect(circles(productSources)).toEqual([])
  })

  it('joins packages by their public names only', () => {
    const wrong = sources.flatMap((file) => {
      const home = file.split('/').slice(0, 2).join('/')
      return localImportsOf(file)
        .filter((to) => !to.startsWith(`${home}/`))
        .map((to) => `${file} reaches into ${to}`)
    })
    expect(wrong).toEqual([])
  })

  it('lets the catalogue do with four doors of the library, and in less than 340 lines with its command', () => {
    const files = productSources.filter((file) => file.startsWith('apps/catalogue/'))
    const doorsUsed = new Set(files.flatMap(importsOf).filter((name) => /^sluice(\/|$)/.test(name)))
    expect([...doorsUsed].sort()).toEqual(['sluice', 'sluice/auth', 'sluice/runs', 'sluice/stores/sqlite'])
    const launcher = 'apps/catalogue/bin/catalogue.js'
    const lines = [...files, launcher].reduce((sum, file) => sum + read(file).split('\n').length - 1, 0)
    expect(lines).toBeLessThan(longestModel)
  })

  it('touches the outside world in named files only, and names none that does not', () => {
    const wrong = worldly.flatMap(({ what, pattern, files }) => {
      const users = librarySources
        .filter((file) => pattern.test(what === 'the environment' ? codeOf(file) : withoutTexts(codeOf(file))))
        .map((file) => relative(library, file))
      const unnamed = users.filter((file) => !files.includes(file)).map((file) => `${file} uses ${what}`)
      const stale = files.filter((file) => !users.includes(file)).map((file) => `${file} does not use ${what} any more`)
      return [...unnamed, ...stale]
    })
    expect(wrong).toEqual([])
  })

  // V8 allocates such a function in its old generation, where it keeps the whole call until the next full garbage
  // collection. A function that a name refers to, or an argument, is allocated as all else.
  it('assigns no function literal to a property where calls pass', () => {
    const where = /^packages\/(?:sluice\/src\/(?:client|policies|transport|algorithms|time)|gateway\/src)\//
    const oncePerConnection = 'packages/sluice/src/transport/undici/tolerant-parser.ts'
    const literal = /\.#?\w+ (?:\?\?)?= (?:async )?(?:function\b|(?:\([^()]*\)(?:: [^=\n]+)?|\w+) =>)/
    const found = productSources.flatMap((file) => {
      const [first] = where.test(file) && file !== oncePerConnection ? (literal.exec(codeOf(file)) ?? []) : []
      return first === undefined ? [] : [`${file}: ${first}`]
    })
    expect(found).toEqual([])
  })

  it('ends the process in the main file of the command only', () => {
    const users = productSources.filter((file) => /\bprocess\.exit\(|\bexitCode\s*=\s*\d.*process/.test(codeOf(file)))
    expect(users).toEqual(['packages/cli/src/main.ts'])
  })

  it('has no file with more than one concept in it', () => {
    const long = productSources.filter((file) => read(file).split('\n').length > longestFile)
    expect(long).toEqual([])
  })
})

describe('the public names', () => {
  const doors = Object.entries(
    (JSON.parse(read('packages/sluice/package.json')) as { exports: Record<string, { '@sluice/source'?: string }> })
      .exports,
  ).flatMap(([name, target]) =>
    target['@sluice/source'] === undefined || name === './internal'
      ? []
      : [[name, join('packages/sluice', target['@sluice/source'])] as const],
  )

  it('are those of the checked-in list, which is changed on purpose', () => {
    const names = Object.fromEntries(
      doors.map(([door, file]) => [
        door,
        exportedNames(file)
          .map(({ name }) => name)
          .sort(),
      ]),
    )
    expect(names).toEqual(JSON.parse(read('public-names.json')))
  })

  it('are at most 136 in all, and none is behind two entry points', () => {
    const names = doors.flatMap(([, file]) => exportedNames(file).map(({ name }) => name))
    expect(new Set(names).size).toBeLessThanOrEqual(136)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('are enough for examples, the catalogue and everybody who reads the docs', () => {
    const readers = ['examples/*.ts', 'apps/catalogue/**/*.ts', 'docs/**/*.md', 'README.md']
    const wrong = globSync(readers, { cwd: root }).filter(
      (file) => !file.includes('node_modules') && /from 'sluice\/internal'/.test(read(file)),
    )
    expect(wrong).toEqual([])
  })

  it.each(doors)('of %s have a sentence of documentation each', (_door, file) => {
    const bare = exportedNames(file).filter(({ name, from }) => !isDocumented(name, fileOf(from, file)))
    expect(bare.map(({ name, from }) => `${name} in ${from}`)).toEqual([])
  })
})

/** Every circle among these files, as a list of names. */
function circles(files: readonly string[]): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start !== -1) {
      found.push([...path.slice(start), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const next of localImportsOf(file)) if (existsSync(join(root, next))) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  return found
}

/** Names that an index file exports, and the file each comes from. */
function exportedNames(file: string): { readonly name: string; readonly from: string }[] {
  return Array.from(codeOf(file).matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)).flatMap(([, list, from]) =>
    list!
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== '')
      .map((name) => ({ name, from: from! })),
  )
}

function isDocumented(name: string, file: string): boolean {
  const path = file.startsWith('packages') ? file : join('packages/sluice/src', file)
  const passedOn = exportedNames(path).find((one) => one.name === name)
  if (passedOn !== undefined) return isDocumented(name, fileOf(passedOn.from, path))
  const declaration = new RegExp(
    `\\*/\\n(?:export )(?:declare )?(?:abstract )?(?:async )?(?:function\\*?|class|const|type|interface) ${name}\\b`,
  )
  return declaration.test(read(path))
}
