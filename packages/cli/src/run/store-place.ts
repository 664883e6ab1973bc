import { resolve } from 'node:path'
import { SettingsError } from 'sluice'
import type { RunStore } from 'sluice/stores'

/** Where runs are kept if only `--store` is given, or nothing on verbs that need a store. */
const usualPath = '.sluice/runs.db'

/** The path that `--store` means. @throws SettingsError that says what can be given. */
function storePath(value: string | true | undefined): string {
  if (value === undefined || value === true || value === '') return resolve(usualPath)
  if (value.startsWith('sqlite:') && value.length > 'sqlite:'.length) return resolve(value.slice('sqlite:'.length))
  if (/^postgres(ql)?:/i.test(value)) {
    throw new SettingsError('--store: PostgreSQL cannot be used yet; give a file, as in sqlite:run.db')
  }
  if (/\.(db|sqlite3?)$/i.test(value)) return resolve(value)
  const meant = /^https?:|^:\d/.test(value) ? '; if this is what to fetch, put it before --store' : ''
  throw new SettingsError(
    `--store: expected sqlite:PATH, or a name that ends in .db, got ${JSON.stringify(value)}${meant}`,
  )
}

/** The same as it is typed, for commands that are proposed: nothing for the usual place. */
export function storeFlag(value: string | true | undefined): string {
  return typeof value === 'string' && value !== '' ? ` --store ${value}` : ''
}

/** Opens a store; nothing of any database is loaded before. @throws StoreError with the path and what to do. */
export async function openStore(value: string | true | undefined): Promise<RunStore> {
  const path = storePath(value)
  const { sqliteStore } = await import('sluice/stores/sqlite')
  return await sqliteStore({ path })
}

/** Uses a store, and closes it however that ends. */
export async function withStore<T>(
  value: string | true | undefined,
  work: (store: RunStore) => Promise<T>,
): Promise<T> {
  const store = await openStore(value)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}
