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

/** Contents of new databases. They are made once in a test run, because copying takes a tenth of the time. */
export interface Template {
  /** Name of the database that is copied: lower-case letters and `_`. */
  readonly name: string
  /** Fills the database with this URL, and closes its connections. */
  readonly fill: (url: string) => Promise<unknown>
}

/**
 * Creates a database on the server of this test run, or on that of `DATABASE_URL`: a copy of a template, or an empty one.
 *
 * @throws Error that says what to do, if there is no server and none can be started
 */
export async function openDatabase(template?: Template): Promise<TestDatabase> {
  const server = env.DATABASE_URL || (await askForServer())
  const name = `sluice_test_${crypto.randomUUID().replaceAll('-', '')}`
  // A server that outlives the test run could have a template of older sources.
  const copied = template === undefined || env.DATABASE_URL ? 'template0' : await madeOnce(server, template)
  await execute(server, async (client, strategy) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${copied} ${strategy}`),
  )
  return { url: urlOf(server, name), close: () => execute(server, (client) => drop(client, name)) }
}

const made = new Map<string, Promise<string>>()

/** Name of a template's database, which the first process that needs it makes; the others wait. */
function madeOnce(server: string, template: Template): Promise<string> {
  const earlier = made.get(template.name)
  if (earlier !== undefined) return earlier
  const making = execute(server, (client, strategy) => make(client, strategy, server, template))
  made.set(template.name, making)
  return making
}

async function make(client: Client, strategy: string, server: string, { name, fill }: Template): Promise<string> {
  const key = `hashtext('${name}')`
  await client.query(`SELECT pg_advisory_lock(${key})`)
  try {
    const { rowCount } = await client.query(`SELECT FROM pg_database WHERE datname = '${name}'`)
    if (rowCount !== 0) return name
    const draft = `${name}_draft`
    await client.query(`CREATE DATABASE ${draft} TEMPLATE template0 ${strategy}`)
    await fill(urlOf(server, draft))
    await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`)
    return name
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${key})`)
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
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
async function execute<T>(url: string, work: (client: Client, strategy: string) => Promise<T>): Promise<T> {
  let administrator = administrators.get(url)
  if (administrator === undefined) {
    administrator = connectTo(url, () => administrators.delete(url))
    administrators.set(url, administrator)
  }
  const { client, strategy } = await administrator
  return await work(client, strategy)
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
