import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// What is in the tarballs. That they install with npm, pnpm and Bun: npm run test:runtimes.

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const work = mkdtempSync(join(tmpdir(), 'sluice-packed-'))
const tarballs = new Map<string, string>()

beforeAll(async () => {
  await run(process.execPath, [join(root, 'pack/pack.ts'), work])
  for (const tarball of globSync('*.tgz', { cwd: work })) {
    const folder = join(work, tarball.replace('.tgz', ''))
    mkdirSync(folder)
    await run('tar', ['-xzf', `${folder}.tgz`, '-C', folder])
    tarballs.set(manifestOf(join(folder, 'package')).name, join(work, tarball))
  }
}, 240_000)

afterAll(() => rmSync(work, { recursive: true, force: true }))

interface Manifest {
  readonly name: string
  readonly exports?: Record<string, string | Record<string, string>>
  readonly bin?: Record<string, string>
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

describe('the tarball of', () => {
  it.each([
    'sluice',
    '@sluice/cli',
    '@sluice/gateway',
    '@sluice/news',
    '@sluice/report',
    '@sluice/simulator',
    '@sluice/catalogue',
  ])('%s has what its manifest names, a README and a licence, and nothing of the checkout', (name) => {
    const tarball = tarballs.get(name)!
    const folder = join(tarball.replace('.tgz', ''), 'package')
    const { exports = {}, bin = {} } = manifestOf(folder)
    const targets = Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? target : Object.values(target),
    )
    const wanted = [...targets, ...Object.values(bin), 'README.md', 'LICENSE']
    expect(wanted.filter((file) => !existsSync(join(folder, file)))).toEqual([])
    const text = readFileSync(join(folder, 'package.json'), 'utf8')
    expect(text).not.toMatch(/@sluice\/source|devDependencies|"scripts"/)
    expect(JSON.parse(text)).toMatchObject({ publishConfig: { access: 'public' } })
    expect(globSync('**/*.test.*', { cwd: folder })).toEqual([])
    expect(globSync('**/*.map', { cwd: folder }).flatMap((map) => missingSources(join(folder, map)))).toEqual([])
  })
})

describe('publint and "are the types wrong?"', () => {
  it('find nothing in the tarballs', async () => {
    const { stdout } = await run(process.execPath, [join(root, 'pack/problems.js'), ...tarballs.values()])

    expect(stdout).toBe('')
  })
})

/** Sources that a source map names, and that are neither in it nor beside it. */
function missingSources(map: string): string[] {
  const { sources, sourcesContent } = JSON.parse(readFileSync(map, 'utf8')) as {
    sources: string[]
    sourcesContent?: unknown[]
  }
  if (sourcesContent !== undefined) return []
  return sources.map((source) => resolve(map, '..', source)).filter((source) => !existsSync(source))
}
