import { connect } from 'node:net'
import { env } from 'node:process'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { inject } from 'vitest'
import './global-setup.ts'

/** Database of a test. */
export interface TestDatabase {
  readonly url: string
  /** Drops it, even if there are open connections. */
  close(): Promise<void>
}

/**
 * Creates an empty database on the server of this test run, or on that of `DATABASE_URL`.
 *
 * @throws Error that says what to do, if there is no server and none can be started
 */
export async function openDatabase(): Promise<TestDatabase> {
  const server = env.DATABASE_URL || (await askForServer())
  const name = `sluice_test_${crypto.randomUUID().replaceAll('-', '')}`
  await execute(server, async (client, copied) => client.query(`CREATE DATABASE ${name} TEMPLATE template0 ${copied}`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, close: () => execute(server, (client) => drop(client, name)) }
}

/**
 * Drops a database. Closing connections get a second: clients that are cut off then have no error listener any more.
 */
async function drop(client: Client, name: string): Promise<void> {
  const others = `SELECT FROM pg_stat_activity WHERE datname = '${name}'`
  for (let look = 0; look < 100 && (await client.query(others)).rowCount !== 0; look++) await pause(10)
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
}

async function askForServer(): Promise<string> {
  const answer = await text(connect(inject('postgresDoor'), '127.0.0.1'))
  const { url, error } = JSON.parse(answer) as { readonly url?: string; readonly error?: string }
  if (url === undefined) throw new Error(error)
  return url
}

/**
 * Connection to a server for creating databases, with the fastest copy strategy. It does not keep the process alive.
 */
interface Administrator {
  readonly client: Client
  readonly strategy: string
}

const administrators = new Map<string, Promise<Administrator>>()

/** Connections are reused by later tests: opening one takes 35 ms of CPU. */
async function execute(url: string, work: (client: Client, strategy: string) => Promise<unknown>): Promise<void> {
  let administrator = administrators.get(url)
  if (administrator === undefined) {
    administrator = connectTo(url, () => administrators.delete(url))
    administrators.set(url, administrator)
  }
  const { client, strategy } = await administrator
  await work(client, strategy)
}

async function connectTo(url: string, onEnd: () => void): Promise<Administrator> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', onEnd).on('end', onEnd)
  try {
    await client.connect()
    const { rows } = await client.query<{ readonly server_version_num: string }>('SHOW server_version_num')
    ;(client as unknown as { unref(): void }).unref()
    // Copying files takes a third of the CPU time; before version 15 it is the only strategy.
    return { client, strategy: Number(rows[0]!.server_version_num) < 150_000 ? '' : 'STRATEGY file_copy' }
  } catch (reason) {
    onEnd()
    throw reason
  }
}
