import { connect } from 'node:net'
import { env } from 'node:process'
import { text } from 'node:stream/consumers'
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
  await execute(server, async (client) => {
    const { rows } = await client.query<{ readonly server_version_num: string }>('SHOW server_version_num')
    // Copied as files, which takes a third of the CPU time; before 15 there is no other way.
    const strategy = Number(rows[0]!.server_version_num) < 150_000 ? '' : 'STRATEGY file_copy'
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ${strategy}`)
  })
  const url = new URL(server)
  url.pathname = `/${name}`
  const drop = `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`
  return { url: url.href, close: () => execute(server, async (client) => void (await client.query(drop))) }
}

async function askForServer(): Promise<string> {
  const answer = await text(connect(inject('postgresDoor'), '127.0.0.1'))
  const { url, error } = JSON.parse(answer) as { readonly url?: string; readonly error?: string }
  if (url === undefined) throw new Error(error)
  return url
}

async function execute(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
