import { connect } from 'node:net'
import { env } from 'node:process'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { inject } from 'vitest'
import './global-setup.ts'

/** A database of a test. */
export interface TestDatabase {
  readonly url: string
  /** Drops it, whoever is still connected. */
  close(): Promise<void>
}

/**
 * Makes an empty database on the server of this test run, or on that of `DATABASE_URL`.
 *
 * @throws Error if there is no server, and none can be started here; it says what to do.
 */
export async function openDatabase(): Promise<TestDatabase> {
  const server = env.DATABASE_URL || (await askForServer())
  const name = `sluice_test_${crypto.randomUUID().replaceAll('-', '')}`
  await execute(server, async (client, copied) => client.query(`CREATE DATABASE ${name} TEMPLATE template0 ${copied}`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, close: () => execute(server, (client) => drop(client, name)) }
}

/** Connections that are being closed have a second for it: a client that is cut off then has nobody who listens for the error. */
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

/** A connection of this process to a server, and how databases are copied there. It ends with the process. */
interface Administrator {
  readonly client: Client
  readonly strategy: string
}

const administrators = new Map<string, Promise<Administrator>>()

/** Connections are kept for the tests that follow: a new one takes 35 ms of CPU. */
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
    // Copied as files, which takes a third of the CPU time; before 15 there is no other way.
    return { client, strategy: Number(rows[0]!.server_version_num) < 150_000 ? '' : 'STRATEGY file_copy' }
  } catch (reason) {
    onEnd()
    throw reason
  }
}
