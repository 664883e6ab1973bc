import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localRegistry } from './local-registry.ts'

// The packages as strangers install them, from a registry that has them: npm run test:runtimes.

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const tools = join(import.meta.dirname, 'node_modules')
const folder = mkdtempSync(join(tmpdir(), 'sluice-installs-'))
const packs = join(folder, 'packs')
const names = ['sluice', '@sluice/cli', '@sluice/news', '@sluice/report', '@sluice/simulator', '@sluice/catalogue']
const pnpm = join(tools, '@pnpm/exe.linux-x64/pnpm')
const bun = join(tools, '@oven/bun-linux-x64/bin/bun')

beforeAll(() => run(process.execPath, [join(root, 'pack/pack.ts'), packs]), 240_000)
// Tens of thousands of files.
afterAll(() => rm(folder, { recursive: true, force: true }), 240_000)

/** An empty project, in which commands use a registry that has the packages. */
function emptyProject(name: string, registry: string) {
  const project = join(folder, name)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }\n')
  writeFileSync(join(project, '.npmrc'), `registry=${registry}/\naudit=false\nfund=false\nupdate-notifier=false\n`)
  // Bun takes caches for those of the registry that it knows by the same name, so each project has its own.
  const ofBun = { BUN_INSTALL_CACHE_DIR: join(project, 'cache'), BUN_CONFIG_REGISTRY: registry }
  const env = { ...process.env, ...ofBun, npm_config_registry: registry }
  const start = async (command: string, ...args: string[]): Promise<string> =>
    (await run(command, args, { cwd: project, env, timeout: 200_000 })).stdout.trim()
  return { project, start }
}

describe('packages from a registry', () => {
  it.each([
    ['npm', ['npm', 'install', '--ignore-scripts'], ['npx', 'sluice']],
    ['pnpm', [pnpm, 'add', '--ignore-scripts', '--store-dir', join(folder, 'store')], [pnpm, 'exec', 'sluice']],
    ['Bun', [bun, 'add', '--ignore-scripts'], [bun, 'x', '--no-install', 'sluice']],
  ])(
    'are installed by %s in an empty project, with a command, entry points and types',
    async (manager, install, command) => {
      await using registry = await localRegistry(packs)
      const { project, start } = emptyProject(manager, registry.url)
      await start(install[0]!, ...install.slice(1), ...names)

      expect(await start(command[0]!, ...command.slice(1), '--version')).toBe('0.1.0')
      const plan = await start(
        command[0]!,
        ...command.slice(1),
        'fetch',
        '-n',
        'http://127.0.0.1:9/[1-3]',
        '--no-config',
      )
      expect(plan).toContain('http://127.0.0.1:9/1')

      const { exports } = JSON.parse(readFileSync(join(project, 'node_modules/sluice/package.json'), 'utf8')) as {
        exports: object
      }
      const peers = ['./opentelemetry', './stores/postgres', './package.json']
      const entries = Object.keys(exports).filter((name) => !peers.includes(name))
      const loads = entries.map((name) => `await import('sluice${name.slice(1)}')`).join('\n')
      expect(await start(process.execPath, '--input-type=module', '-e', loads)).toBe('')
      const required = "console.log(typeof require('sluice').createClient)"
      expect(await start(process.execPath, '--input-type=commonjs', '-e', required)).toBe('function')

      writeFileSync(join(project, 'typed.ts'), typed)
      for (const [resolution, module] of [
        ['nodenext', 'nodenext'],
        ['bundler', 'esnext'],
      ]) {
        await start(
          join(root, 'node_modules/.bin/tsc'),
          ...['--noEmit', '--strict', '--target', 'es2024', '--module', module!, '--moduleResolution', resolution!],
          ...['--lib', 'es2024,dom,dom.asynciterable,esnext.disposable', 'typed.ts'],
          ...['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'],
        )
      }
    },
    300_000,
  )

  it('give a stranger who has only npm the command by npx @sluice/cli', async () => {
    await using registry = await localRegistry(packs)
    const { start } = emptyProject('npx', registry.url)
    const npx = ['--yes', '--ignore-scripts', '@sluice/cli']

    expect(await start('npx', ...npx, '--version')).toBe('0.1.0')
  }, 300_000)
})

const typed = `import { createClient } from 'sluice'
import { sqliteStore } from 'sluice/stores/sqlite'
const client = createClient({ rate: '10/s' })
export const text: string = (await client.get('/x', { readAs: 'text' })).value
export const number: number = await client.run(() => 3)
export const store = sqliteStore
`
