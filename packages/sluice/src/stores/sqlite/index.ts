/**
 * Runs and cached responses in a SQLite file.
 *
 * @module sluice/stores/sqlite
 */

export { type SqliteCacheOptions, sqliteCacheStore } from './sqlite-cache-store.ts'
export { type SqliteStoreOptions, sqliteStore } from './sqlite-store.ts'
