import { env } from 'node:process'
import type { ClientConfig } from 'pg'
import { SettingsError } from '../../errors/settings-error.ts'
import { StoreError } from '../store-error.ts'
import { readPostgresUrl } from './postgres-url.ts'
import { Servers } from './servers.ts'

/** Type of the package pg. */
export type Pg = typeof import('pg')

/** Loads pg when the first database is opened. Only users of PostgreSQL need to install it. */
export async function loadPg(): Promise<Pg> {
  try {
    return (await import('pg')).default as unknown as Pg
  } catch (reason) {
    throw new StoreError(
      'SLUICE_STORE_DRIVER',
      'the store on PostgreSQL needs the package pg, which cannot be loaded here; npm install pg@8.23.1',
      reason,
    )
  }
}

/** Statement timeout of the server in milliseconds; the client gives up a little later. */
const longestStatement = 60_000
const longestAnswer = 65_000

/** Settings of a connection. */
export interface ConnectionSettings {
  readonly servers: Servers
  /** Settings for the server in use. */
  readonly config: ClientConfig
  /** Statements that set up each connection. */
  readonly setup: string
}

/**
 * Settings of every connection: all waits are bounded, and nothing depends on the settings of the database or the role.
 *
 * @throws SettingsError that does not show the URL, which may contain a password.
 */
export function connectionSettings(
  url: string,
  schema: string,
  applicationName = 'sluice',
  furtherSetup = '',
): ConnectionSettings {
  const servers = new Servers(readPostgresUrl(url).servers, env)
  if (schema === '' || schema.includes('\0') || Buffer.byteLength(schema) > 63) {
    throw new SettingsError('schema: expected a name of 1 to 63 bytes')
  }
  return {
    servers,
    get config() {
      return {
        ...servers.config,
        application_name: applicationName,
        connectionTimeoutMillis: 5_000,
        query_timeout: longestAnswer,
        keepAlive: true,
        keepAliveInitialDelayMillis: 3_000,
      }
    },
    setup: `
      SET search_path TO ${quotedName(schema)};
      SET statement_timeout = ${longestStatement};
      SET lock_timeout = 0;
      SET idle_in_transaction_session_timeout = ${longestStatement};
      SET default_transaction_isolation = 'read committed';
      SET standard_conforming_strings = on;
      SET extra_float_digits = 1;
      SET plpgsql.extra_errors = 'none';
      SET tcp_keepalives_idle = 15;
      SET tcp_keepalives_interval = 5;
      SET tcp_keepalives_count = 3;
      ${furtherSetup}
      ${inLaterVersions('idle_session_timeout')};
      ${inLaterVersions('transaction_timeout')}`,
  }
}

/** Disables a timeout that only newer PostgreSQL versions have. */
function inLaterVersions(name: string): string {
  return `DO $$ BEGIN SET ${name} = 0; EXCEPTION WHEN undefined_object THEN END $$`
}

/**
 * Name of a database in messages, `postgres://user@host:port/database` with what the environment fills in, and the secrets
 * that no message may show.
 */
export function serverName(
  pg: Pg,
  { servers }: ConnectionSettings,
): { readonly name: string; readonly secrets: readonly string[] } {
  const clients = servers.all.map((config) => new pg.Client(config))
  const { user, database } = clients[0]!
  const given = [clients[0]!.password, ...servers.secrets]
  const secrets = given.flatMap((secret) =>
    typeof secret === 'string' && secret !== '' ? [secret, encodeURIComponent(secret)] : [],
  )
  const places = clients.map(({ host, port }) => `${host.startsWith('/') ? encodeURIComponent(host) : host}:${port}`)
  return { name: `postgres://${user}@${places.join(',')}/${database}`, secrets: [...new Set(secrets)] }
}

/** An identifier, quoted for a statement. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
