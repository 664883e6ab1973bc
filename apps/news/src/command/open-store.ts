import { SettingsError } from 'sluice'
import type { NewsStore } from '../store/news-store.ts'
import { isPostgresAddress } from '../store/postgres/address.ts'
import { postgresNewsStore } from '../store/postgres/postgres-news-store.ts'
import { sqliteNewsStore } from '../store/sqlite/sqlite-news-store.ts'

/**
 * Opens the store that a person has named: a PostgreSQL database by its address, or an SQLite file.
 * @throws SettingsError for another kind of address, without repeating it; what the store throws if it cannot be opened
 */
export async function openStore(place: string): Promise<NewsStore> {
  if (isPostgresAddress(place)) return await postgresNewsStore(place)
  if (/^[a-z][\w+.-]*:\/\//i.test(place)) {
    throw new SettingsError('--store: expected postgres://user@host/database, or the path of an SQLite file')
  }
  return await sqliteNewsStore(place)
}
