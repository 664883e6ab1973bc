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
  await execute(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, close: () => execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

async function askForServer(): Promise<string> {
  const answer = await text(connect(inject('postgresDoor'), '127.0.0.1'))
  const { url, error } = JSON.parse(answer) as { readonly url?: string; readonly error?: string }
  if (url === undefined) throw new Error(error)
  return url
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
