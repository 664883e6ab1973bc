import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { CuttingProxy } from '../../packages/sluice/test/stores/postgres/cutting-proxy.ts'
import { servant } from '../postgres/binaries.ts'
import type { PostgresServer } from '../postgres/start-postgres.ts'
import { freePorts } from '../real-servers/support/free-ports.ts'
import { ended } from './processes.ts'
import type { TroubledWorkers } from './workers-soak.ts'

/** A disturbance of workers during a run. */
export interface Trouble extends AsyncDisposable {
  readonly name: string
  /** Database URL for the workers. @default the database's own */
  readonly url?: string
  make(workers: TroubledWorkers): Promise<void>
}

/** Durations of the disturbances in milliseconds. */
export interface TroubleTimes {
  readonly betweenKills: number
  readonly stopped: number
  readonly outage: number
  readonly lock: number
}

/** Number of requests before a disturbance starts. */
const begun = 200

/** All disturbances, each prepared when it is due; undefined if the machine lacks a program for it. */
export function troubles(database: PostgresServer, times: TroubleTimes): (() => Promise<Trouble | undefined>)[] {
  const { betweenKills, stopped, outage, lock } = times
  const once = (name: string, make: (workers: TroubledWorkers) => Promise<void>) => async (): Promise<Trouble> => ({
    name,
    make: async (workers) => {
      await workers.untilRequestsFollow(begun)
      await make(workers)
    },
    [Symbol.asyncDispose]: async () => undefined,
  })
  return [
    once('none', async () => undefined),
    once(`a kill every ${seconds(betweenKills)}`, async (workers) => {
      while (!workers.isFinished) {
        workers.kill()
        await Promise.all([pause(betweenKills), workers.untilRequestsFollow(begun)])
      }
    }),
    once(`a worker stopped (SIGSTOP) for ${seconds(stopped)}`, (workers) => workers.stop(stopped)),
    once('crash of the database', () => database.restart()),
    once(`outage of the database, ${seconds(outage)}`, () => database.restart(outage)),
    once(`results locked for ${seconds(lock)}`, () => lockResults(database.url, lock)),
    () =>
      behindProxy('connections die without a word', database, async (workers, proxy) => {
        await workers.untilRequestsFollow(begun)
        proxy.silence()
      }),
    () =>
      behindProxy('100 ms to the database and back', database, async (_, proxy) => {
        proxy.delay = 50
      }),
    () => behindPooler(database),
  ]
}

/** Locks the results, so that no worker can write any. */
async function lockResults(url: string, time: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN; LOCK TABLE sluice.results IN ACCESS EXCLUSIVE MODE')
  await pause(time)
  await client.query('ROLLBACK')
  await client.end()
}

async function behindProxy(
  name: string,
  database: PostgresServer,
  make: (workers: TroubledWorkers, proxy: CuttingProxy) => Promise<void>,
): Promise<Trouble> {
  const proxy = await CuttingProxy.before(database.url)
  return {
    name,
    url: proxy.url,
    make: (workers) => make(workers, proxy),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  }
}

const pooler = '/usr/sbin/pgbouncer'

/** PgBouncer in session mode, which opens and closes a server session for each connection. */
async function behindPooler(database: PostgresServer): Promise<Trouble | undefined> {
  if (!existsSync(pooler)) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'sluice-pooler-'))
  const port = (await freePorts(1))[0]!
  const settings = `[databases]
postgres = host=127.0.0.1 port=${new URL(database.url).port} dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = any
pool_mode = session
default_pool_size = 60
unix_socket_dir =
`
  const withUser = settings.replace('dbname=postgres', 'dbname=postgres user=postgres')
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(file, withUser, { mode: 0o644 })
  chmodSync(folder, 0o755)
  const child: ChildProcess = spawn(pooler, ['-q', file], { ...servant, cwd: '/', stdio: 'ignore' })
  await pause(1_000)
  return {
    name: 'PgBouncer in session mode',
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    make: async () => undefined,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`
}
