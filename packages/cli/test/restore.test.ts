import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startPostgres } from '../../../test/postgres/index.ts'
import { finished, type RunOptions, sluice, startSluice, temporaryFolder, untilRequests } from './run-sluice.ts'

const run = promisify(execFile)
const items = 300
const debian = '/usr/lib/postgresql'
const version = existsSync(debian)
  ? readdirSync(debian).find((name) => existsSync(`${debian}/${name}/bin/pg_dump`))
  : undefined

async function slowApi(): Promise<RunningSimulator> {
  const api = await serveSimulator({ scenario: { latency: '100ms' } })
  onTestFinished(() => api.close())
  return api
}

const post = (api: RunningSimulator): string[] => [
  ...['fetch', `${api.url}/echo?item=[1-${items}]`, '-X', 'POST', '--idempotency-key', '-c', '5', '--name', 'k'],
]

/** Starts the command, makes a backup in the middle of its run, and kills it some requests later. */
async function backUpAndKill(
  api: RunningSimulator,
  args: readonly string[],
  options: RunOptions,
  backUp: () => unknown,
): Promise<void> {
  const child = startSluice(args, options)
  const end = finished(child)
  await untilRequests(api, 30)
  await backUp()
  await untilRequests(api, api.stats().requests + 30)
  child.kill('SIGKILL')
  await end
}

/** Continues a restored run to its end, and checks what the server has seen, and what is stored. */
async function expectTheRest(api: RunningSimulator, args: readonly string[], options: RunOptions): Promise<void> {
  const before = api.stats().requests
  const shown = await sluice(['runs', 'show', 'k', '--json'], options)
  const { succeeded } = JSON.parse(shown.stdout) as { readonly succeeded: number }
  expect(succeeded).toBeGreaterThan(0)
  expect(succeeded).toBeLessThan(before)

  const { code, stderr } = await sluice(args, options)
  expect([code, stderr]).toEqual([0, expect.any(String)])

  // Neither more nor less than what has no result in the backup, under the keys of before.
  expect(api.stats().requests - before).toBe(items - succeeded)
  const keys = new Map<string, Set<string | undefined>>()
  for (const { path, key } of api.simulator.arrivals) keys.set(path, (keys.get(path) ?? new Set()).add(key))
  expect(keys.size).toBe(items)
  expect([...keys.values()].filter((known) => known.size !== 1 || known.has(undefined))).toEqual([])
  const { records } = await sluice(['export', 'k', '-o', '-'], options)
  expect(records.map(({ index, ok }) => [index, ok])).toEqual(
    Array.from({ length: items }, (_, index) => [index, true]),
  )
}

describe('a store that is restored from a backup made during the run', () => {
  it.each(['VACUUM INTO', '.backup'])(
    'continues in SQLite, after %s',
    async (how) => {
      const api = await slowApi()
      const cwd = temporaryFolder()
      const options = { cwd, env: { SLUICE_STORE: 'sqlite:run.db' } }
      const copy = join(cwd, 'copy.db')
      await backUpAndKill(api, post(api), options, async () => {
        const database = new DatabaseSync(join(cwd, 'run.db'))
        if (how === 'VACUUM INTO') database.exec(`VACUUM INTO '${copy}'`)
        else await (await import('node:sqlite')).backup(database, copy)
        database.close()
      })
      for (const name of ['run.db', 'run.db-wal', 'run.db-shm']) rmSync(join(cwd, name), { force: true })
      cpSync(copy, join(cwd, 'run.db'))

      await expectTheRest(api, ['resume', 'k', '-c', '50'], options)
    },
    60_000,
  )

  it.skipIf(version === undefined)(
    'continues in PostgreSQL, after pg_dump and pg_restore',
    async () => {
      const api = await slowApi()
      const cwd = temporaryFolder()
      const root = join(cwd, 'postgres')
      mkdirSync(join(root, 'native'), { recursive: true })
      symlinkSync(`${debian}/${version}/bin`, join(root, 'native/bin'))
      writeFileSync(join(root, 'native/pg-symlinks.json'), '[]')
      writeFileSync(join(root, 'package.json'), JSON.stringify({ version: `debian-${version}` }))
      const server = await startPostgres({ root })
      onTestFinished(() => server.stop())
      const options = { cwd, env: { SLUICE_STORE: server.url } }
      const dump = join(cwd, 'k.dump')
      expect(await sluice([...post(api), '--detach'], options)).toMatchObject({ code: 0 })

      await backUpAndKill(api, ['worker', '-c', '5'], options, () =>
        run(`${debian}/${version}/bin/pg_dump`, ['-Fc', '-f', dump, server.url]),
      )
      await run(`${debian}/${version}/bin/pg_restore`, ['--clean', '--if-exists', '-d', server.url, dump])

      await expectTheRest(api, ['worker', '--until-done', '-c', '50'], options)
    },
    60_000,
  )
})
