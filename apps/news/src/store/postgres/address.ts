import type { ClientConfig } from 'pg'
import { SettingsError } from 'sluice'
import { loadPg } from './load-pg.ts'

/** Where a database is, and how it is called without its password. */
export interface PostgresAddress {
  readonly name: string
  readonly config: ClientConfig
}

/** Whether a text is the address of a PostgreSQL database, right or wrong. */
export function isPostgresAddress(text: string): boolean {
  return /^postgres(ql)?:/i.test(text)
}

/**
 * Reads `postgres://user:password@host:5432/database`. What is missing comes from `PGUSER`, `PGPASSWORD` and their like, and
 * passwords from `~/.pgpass` too.
 * @throws SettingsError, which does not repeat the text
 */
export async function postgresAddress(text: string): Promise<PostgresAddress> {
  const url = URL.parse(text)
  if (url === null || !isPostgresAddress(text) || url.hash !== '') throw wrongAddress()
  const pg = await loadPg()
  const config = { connectionString: text, fallback_application_name: 'sluice-news' }
  try {
    // Says what the address and the environment come to; connects to nothing.
    const { user, host, port, database } = new pg.Client(config)
    const at = host.startsWith('/') ? encodeURIComponent(host) : host
    const name = `postgres://${user === undefined ? '' : `${user}@`}${at}${port === 5432 ? '' : `:${port}`}/${database ?? ''}`
    return { name, config }
  } catch (reason) {
    // A certificate or a key.
    if (reason instanceof Error && 'path' in reason) {
      throw new SettingsError(`a file in the address of the database cannot be read: ${reason.message}`)
    }
    throw wrongAddress()
  }
}

function wrongAddress(): SettingsError {
  return new SettingsError(
    'the address of the database cannot be read: expected postgres://user:password@host:5432/database. Signs such as # / @ : ' +
      'in a password are written as %23 %2F %40 %3A, or the password is left to PGPASSWORD or ~/.pgpass',
  )
}
