import type { ClientConfig } from 'pg'
import { SettingsError } from '../../errors/settings-error.ts'

/** The longest that the server works on one statement, in milliseconds; we give up a little later. */
const longestStatement = 60_000
const longestAnswer = 65_000

/** What a connection is made with. */
export interface ConnectionSettings {
  readonly config: ClientConfig
  /** What it is told before it is used. */
  readonly setup: string
}

/**
 * What every connection of a store has: no wait without an end, and nothing that depends on the settings of the database.
 *
 * @throws SettingsError that does not show the URL, in which there may be a password.
 */
export function connectionSettings(url: string, schema: string): ConnectionSettings {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    throw new SettingsError('url: expected postgres://user:password@host:5432/database, got something else')
  }
  if (schema === '' || schema.includes('\0') || Buffer.byteLength(schema) > 63) {
    throw new SettingsError('schema: expected a name of 1 to 63 bytes')
  }
  return {
    config: {
      connectionString: url,
      application_name: 'sluice',
      connectionTimeoutMillis: 5_000,
      query_timeout: longestAnswer,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    },
    setup: `
      SET search_path TO ${quotedName(schema)};
      SET statement_timeout = ${longestStatement};
      SET idle_in_transaction_session_timeout = ${longestStatement};
      SET default_transaction_isolation = 'read committed';
      SET tcp_keepalives_idle = 15;
      SET tcp_keepalives_interval = 5;
      SET tcp_keepalives_count = 3`,
  }
}

/** A name as a part of a statement. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
