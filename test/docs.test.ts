import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { parseAst } from 'rolldown/parseAst'
import { beforeAll, describe, expect, it } from 'vitest'
import { anchorOf, pages, root, sidebar } from '../site/pages.ts'
import { type Block, blocksOf, read } from './doc-blocks.ts'

/** Signatures, not programs, are in the generated reference. */
const guides = pages.filter((page) => !page.startsWith('docs/reference/'))
const blocks = guides.flatMap((page) => blocksOf(page))
/** Code inside frameworks that are not installed here: parsed, not compiled. */
const scripts = guides.flatMap((page) => blocksOf(page, 'js'))

describe('the code in the documentation', () => {
  let problems: readonly Problem[] = []
  beforeAll(async () => {
    problems = await typeCheck(blocks)
  })

  it('is there, and is looked at', () => {
    expect(blocks.length).toBeGreaterThan(20)
    expect(problems.filter(({ block }) => block === undefined)).toEqual([])
  })

  it.each(blocks.map((block) => [`${block.page}:${block.line}`, block] as const))('compiles at %s', (_, block) => {
    const own = problems.filter((problem) => problem.block === block)
    expect(own.map(({ line, message }) => `${block.page}:${line} ${message}`)).toEqual([])
  })
})

it.each(scripts.map(({ page, line, text }) => [`${page}:${line}`, text]))(
  'the script at %s is JavaScript',
  (_, text) => {
    expect(() => parseAst(text)).not.toThrow()
  },
)

interface Problem {
  /** Missing for what concerns no block: a wrong setting of the compiler. */
  readonly block: Block | undefined
  readonly line: number
  readonly message: string
}

/** One run of the compiler over all blocks, each as a module of its own. */
async function typeCheck(blocks: readonly Block[]): Promise<Problem[]> {
  // Inside the repository, so that the packages are found by their names, and ignored by git.
  const folder = join(root, 'node_modules/.cache/docs-blocks')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { file, line, text } of blocks) {
    writeFileSync(join(folder, file), `${'\n'.repeat(line - 1)}${text}\nexport {}\n`)
  }
  const settings = {
    extends: join(root, 'tsconfig.test.json'),
    compilerOptions: { typeRoots: [join(root, 'node_modules/@types')], incremental: false, tsBuildInfoFile: null },
    include: [],
    files: blocks.map(({ file }) => file),
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))

  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const output = await new Promise<string>((resolve) => {
    const args = [compiler, '-p', folder, '--pretty', 'false']
    execFile(execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }, (failure, stdout, stderr) => {
      const output = stdout + stderr
      // The compiler may also fail without a word about any file.
      resolve(failure !== null && !/error/i.test(output) ? `error: ${failure.message} ${output}` : output)
    })
  })
  return output.split('\n').flatMap((text) => problemOf(text, blocks) ?? [])
}

/** Reads `docs-library-md-12.mts(14,7): error TS2304: Cannot find name 'x'.` */
function problemOf(text: string, blocks: readonly Block[]): Problem | undefined {
  if (!/error/i.test(text)) return undefined
  const match = /^(?:.*\/)?([^/(]+\.mts)\((\d+),\d+\): (.*)$/.exec(text)
  const block = match === null ? undefined : blocks.find(({ file }) => file === match[1])
  return { block, line: Number(match?.[2] ?? 0), message: match?.[3] ?? text }
}

describe('the page of errors', () => {
  const source = read('packages/sluice/src/errors/sluice-error.ts')
  const union = /export type ErrorCode =((?:\s*\| '[A-Z_]+')+)/.exec(source)?.[1] ?? ''
  const codes = Array.from(union.matchAll(/'([A-Z_]+)'/g), (match) => match[1]!)
  const page = read('docs/errors.md')

  it('has one row for each code that an error can carry', () => {
    const rows = Array.from(page.matchAll(/^\| `(SLUICE_[A-Z_]+)` \|/gm), (match) => match[1]!)

    expect(codes.length).toBeGreaterThan(20)
    expect(rows.toSorted()).toEqual(codes.toSorted())
  })

  it('speaks of no code that does not exist', () => {
    const named = new Set(Array.from(page.matchAll(/SLUICE_[A-Z_]+/g), (match) => match[0]))
    expect([...named].filter((code) => !codes.includes(code))).toEqual([])
  })

  it('names every class of errors that the library exports', () => {
    const exported = readFileSync(join(root, 'packages/sluice/src/index.ts'), 'utf8').matchAll(/\b([A-Z]\w+Error)\b/g)
    const missing = Array.from(exported, (match) => match[1]!).filter((name) => !page.includes(`\`${name}\``))
    expect(missing).toEqual([])
  })
})

describe('the pages of policies', () => {
  const policyPages = pages.filter((page) => page.startsWith('docs/policies/'))
  const sections = ['About', 'Usage', 'Options', 'Events', 'How the wait is computed', 'Patterns', 'Anti-patterns']

  it('are one for each policy folder', () => {
    const folders = globSync('packages/sluice/src/policies/*/', { cwd: root }).map((folder) => folder.split('/').at(-1))
    expect(policyPages).toEqual(folders.map((folder) => `docs/policies/${folder}.md`).sort())
  })

  it.each(policyPages)('%s has the sections of every such page, in their order', (page) => {
    const headings = Array.from(read(page).matchAll(/^## (.+)$/gm), (match) => match[1])
    expect(headings).toEqual(sections)
  })
})

describe('the links in the documentation', () => {
  it.each(pages)('of %s lead to files and headings that exist', (page) => {
    const dead = Array.from(read(page).matchAll(/\]\(([^)\s]+)\)/g), (match) => match[1]!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !leadsSomewhere(page, target))
    expect(dead).toEqual([])
  })
})

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', heading] = target.split('#')
  const file = path === '' ? join(root, page) : join(root, dirname(page), path)
  if (!existsSync(file)) return false
  if (heading === undefined) return true
  const text = readFileSync(file, 'utf8')
  const headings = Array.from(text.matchAll(/^#+ (.+)$/gm), (match) => anchorOf(match[1]!))
  return headings.includes(heading) || text.includes(`<a id="${heading}"></a>`)
}

describe('the list of pages', () => {
  it('has every page of docs once, so that the sidebar of the site has it', () => {
    const listed = sidebar(read('docs/README.md')).flatMap(({ items }) => items.map(({ link }) => link))
    const own = listed.filter((link) => link.startsWith('/docs/'))
    const wanted = pages
      .filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !/^docs\/reference\/sluice/.test(page))
      .map((page) => `/${page.replace(/README\.md$|\.md$/, '')}`)
    expect(own.toSorted()).toEqual(wanted.toSorted())
    expect(new Set(listed).size).toBe(listed.length)
  })
})

describe('the API reference', () => {
  const names = JSON.parse(read('public-names.json')) as Readonly<Record<string, readonly string[]>>

  it.each(Object.entries(names))('has every public name of %s, and no other', (entry, expected) => {
    const page = `docs/reference/${entry.replace('.', 'sluice').replaceAll('/', '.')}.md`
    const found = Array.from(read(page).matchAll(/^### (?:`abstract` )?(\w+)/gm), ([, name]) => name!)
    expect([...new Set(found)].sort()).toEqual([...expected].sort())
  })
})
