import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLongForm } from '../test/long-form.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const tsc = join(root, 'node_modules/.bin/tsc')
const project = mkdtempSync(join(tmpdir(), 'sluice-installed-'))

const node = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, args, { cwd: project, env: { PATH: process.env.PATH } })).stdout.trim()

const tarballs = (): string[] => globSync('packs/*.tgz', { cwd: project }).map((file) => `./${file}`)

beforeAll(async () => {
  await run(process.execPath, [join(root, 'pack/pack.ts'), join(project, 'packs')])
  writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }\n')
  // Installed whole in the long form: npm test only looks at what would be.
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
  if (isLongForm) await run('npm', ['install', ...quiet, ...tarballs()], { cwd: project })
  else for (const tarball of tarballs()) await unpack(tarball)
}, 240_000)

/** Puts a package where npm would. */
async function unpack(tarball: string): Promise<void> {
  const folder = join(project, 'unpacked')
  mkdirSync(folder)
  await run('tar', ['-xzf', tarball, '-C', folder], { cwd: project })
  const { name } = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')) as { name: string }
  mkdirSync(join(project, 'node_modules', name, '..'), { recursive: true })
  renameSync(join(folder, 'package'), join(project, 'node_modules', name))
  rmSync(folder, { recursive: true })
}

afterAll(() => rmSync(project, { recursive: true, force: true }))

describe('packages installed in an empty project', () => {
  it('have what they say, a README and a licence, and nothing of the checkout', () => {
    const names = ['sluice', '@sluice/cli', '@sluice/news', '@sluice/report', '@sluice/simulator', '@sluice/catalogue']
    for (const name of names) {
      const folder = join(project, 'node_modules', name)
      const text = readFileSync(join(folder, 'package.json'), 'utf8')
      const { exports = {}, bin = {} } = JSON.parse(text) as {
        exports?: Record<string, string | Record<string, string>>
        bin?: Record<string, string>
      }
      const files = Object.values(exports).flatMap((target) =>
        typeof target === 'string' ? target : Object.values(target),
      )
      const missing = [...files, ...Object.values(bin), 'README.md', 'LICENSE'].filter(
        (file) => !existsSync(join(folder, file)),
      )
      expect([name, missing]).toEqual([name, []])
      expect(text).not.toMatch(/@sluice\/source|devDependencies/)
      expect(globSync('**/*.test.*', { cwd: folder, exclude: ['node_modules'] })).toEqual([])
    }
  })

  it.runIf(isLongForm)('are imported and required', async () => {
    expect(
      await node(
        '--input-type=module',
        '-e',
        "import { createClient } from 'sluice'; console.log(typeof createClient)",
      ),
    ).toBe('function')
    expect(await node('--input-type=commonjs', '-e', "console.log(typeof require('sluice').createClient)")).toBe(
      'function',
    )
    const { exports } = JSON.parse(readFileSync(join(project, 'node_modules/sluice/package.json'), 'utf8')) as {
      exports: object
    }
    const peers = ['./opentelemetry', './stores/postgres', './package.json']
    const imports = Object.keys(exports).filter((name) => !peers.includes(name))
    const code = imports.map((name) => `await import('sluice${name.slice(1)}')`).join('\n')
    expect(await node('--input-type=module', '-e', code)).toBe('')
  })

  it.runIf(isLongForm)('have a command', async () => {
    expect(await node('node_modules/@sluice/cli/bin/sluice.js', '--version')).toBe('0.1.0')
    const plan = await node(
      'node_modules/@sluice/cli/bin/sluice.js',
      'fetch',
      '-n',
      'http://127.0.0.1:9/[1-3]',
      '--no-config',
    )
    expect(plan).toContain('http://127.0.0.1:9/1')
  })

  it.runIf(isLongForm).each([
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])('have types that a strict compiler takes, with modules resolved as %s', async (moduleResolution, module) => {
    const code = `import { createClient } from 'sluice'
import { sqliteStore } from 'sluice/stores/sqlite'
const client = createClient({ rate: '10/s' })
export const text: string = (await client.get('/x', { readAs: 'text' })).value
export const number: number = await client.run(() => 3)
export const store = sqliteStore
`
    writeFileSync(join(project, `${moduleResolution}.ts`), code)
    const types = join(root, 'node_modules/@types')
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2024',
      '--lib',
      'es2024,dom,dom.asynciterable,esnext.disposable',
    ]
    await run(
      tsc,
      [
        ...options,
        '--typeRoots',
        types,
        '--types',
        'node',
        '--module',
        module,
        '--moduleResolution',
        moduleResolution,
        `${moduleResolution}.ts`,
      ],
      { cwd: project },
    )
  })
})
