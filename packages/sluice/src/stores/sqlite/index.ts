/**
 * Runs and cached responses in a SQLite file.
 *
 * @module sluice/stores/sqlite
 */

export type { DriverName } from './driver.ts'
export { type SqliteCacheOptions, type SqliteCacheStore, sqliteCacheStore } from './sqlite-cache-store.ts'
export { type SqliteStoreOptions, sqliteStore } from './sqlite-store.ts'
