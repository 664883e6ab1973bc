import { resolve } from 'node:path'
import { SettingsError } from 'sluice'
import { redactUrl } from 'sluice/http'
import { isPostgresUrl, readPostgresUrl } from 'sluice/internal'
import type { RunStore, SharedStore } from 'sluice/stores'
import { shellWord } from '../terminal/text.ts'

/** Default path of the store, for `--store` without a value, and for verbs that need a store. */
const usualPath = '.sluice/runs.db'

/** Value of `--store`. */
export type StoreFlag = string | true | undefined

/** Path of the store. @throws SettingsError that lists the accepted forms */
function storePath(value: StoreFlag): string {
  if (value === undefined || value === true || value === '') return resolve(usualPath)
  if (value.startsWith('sqlite:') && value.length > 'sqlite:'.length) return sqlitePath(value.slice('sqlite:'.length))
  if (/\.(db|sqlite3?)$/i.test(value)) return resolve(value)
  const meant = /^https?:|^:\d/.test(value) ? '; if this is what to fetch, put it before --store' : ''
  throw new SettingsError(
    `--store: expected sqlite:PATH, a name that ends in .db, or postgres://user@host/database, got ${JSON.stringify(redactUrl(value))}${meant}`,
  )
}

/** Path of an SQLite file. Paths may be shown, whereas a URL may contain a password. */
function sqlitePath(path: string): string {
  const [start = ''] = path.split(/[\\/]/, 1)
  if (!start.includes(':') || !start.includes('@')) return resolve(path)
  throw new SettingsError('--store: sqlite: takes the path of a file, but this looks like a user and a password')
}

/** File of the store; undefined for a database server. */
export function storeFile(value: StoreFlag): string | undefined {
  return typeof value === 'string' && isPostgresUrl(value) ? undefined : storePath(value)
}

/** The store in another schema. @throws SettingsError for a store without schemas */
export function storeWithSchema(value: StoreFlag, schema: string): string {
  if (typeof value !== 'string' || !isPostgresUrl(value)) {
    throw new SettingsError('--schema: only a store on PostgreSQL has schemas: --store postgres://user@host/database')
  }
  const parameter = `schema=${encodeURIComponent(schema)}`
  const known = /([?&])schema=[^&]*/
  if (known.test(value)) return value.replace(known, `$1${parameter}`)
  return `${value}${value.includes('?') ? '&' : '?'}${parameter}`
}

/** Name of the environment variable if the store comes from `SLUICE_STORE`; undefined if it was typed. */
function variableOf(value: string, { SLUICE_STORE: given }: NodeJS.ProcessEnv): string | undefined {
  if (given === value) return '"$SLUICE_STORE"'
  const schema = isPostgresUrl(value)
    ? readPostgresUrl(value, '--store').servers[0]?.searchParams.get('schema')
    : undefined
  if (given === undefined || schema == null || !isPostgresUrl(given) || storeWithSchema(given, schema) !== value) {
    return undefined
  }
  return `"$SLUICE_STORE" --schema ${shellWord(schema)}`
}

/** Opens a store; database libraries are only loaded now. @throws StoreError with the store and what to do */
export async function openStore(value: StoreFlag): Promise<RunStore> {
  if (typeof value === 'string' && isPostgresUrl(value)) return await openPostgres(value)
  const path = storePath(value)
  const { sqliteStore } = await import('sluice/stores/sqlite')
  return await sqliteStore({ path })
}

/** Opens a store whose runs workers can share. @throws SettingsError that names the feature in `what` */
export async function openSharedStore(value: StoreFlag, what: string): Promise<SharedStore> {
  if (typeof value !== 'string' || !isPostgresUrl(value)) {
    throw new SettingsError(
      `${what} needs a store that many machines reach: --store postgres://user@host/database, or SLUICE_STORE`,
    )
  }
  return await openPostgres(value)
}

async function openPostgres(value: string): Promise<SharedStore> {
  const { url, password, shown } = readPostgresUrl(value, '--store')
  // Other users of this machine can see the arguments of a process while it runs.
  if (password !== undefined && process.argv.includes(value)) {
    process.title = ['sluice', ...process.argv.slice(2)].map((text) => (text === value ? shown : text)).join(' ')
  }
  const { postgresStore } = await import('sluice/stores/postgres')
  return await postgresStore({ url })
}

/** Uses a store, and always closes it. */
export async function withStore<T>(value: StoreFlag, work: (store: RunStore) => Promise<T>): Promise<T> {
  const store = await openStore(value)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/**
 * `--store` for suggested commands; empty for the default path.
 *
 * Suggested commands work when pasted, and show no password: a store from `SLUICE_STORE` with a password is given by
 * that variable. A typed URL is shown without its password, which then comes from PGPASSWORD or ~/.pgpass.
 */
export function storeFlag(value: StoreFlag, env: NodeJS.ProcessEnv): string {
  if (typeof value !== 'string' || value === '') return ''
  if (!isPostgresUrl(value)) return ` --store ${value}`
  const { password, withoutPassword } = readPostgresUrl(value, '--store')
  const variable = password === undefined ? undefined : variableOf(value, env)
  if (variable !== undefined) return ` --store ${variable}`
  return ` --store ${shellWord(withoutPassword)}`
}

/** Warning about a typed password; undefined if none was typed. */
export function typedPasswordWarning(value: StoreFlag, env: NodeJS.ProcessEnv): string | undefined {
  if (typeof value !== 'string' || !isPostgresUrl(value) || variableOf(value, env) !== undefined) return undefined
  if (readPostgresUrl(value, '--store').password === undefined) return undefined
  return (
    '--store: the password is on the command line, where others can see it and the shell records it; put the URL into ' +
    'SLUICE_STORE, or the password into PGPASSWORD or ~/.pgpass (the commands proposed here need one of them)'
  )
}
