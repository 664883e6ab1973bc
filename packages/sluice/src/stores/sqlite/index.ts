export type { DriverName } from './driver.ts'
export { type SqliteStoreOptions, sqliteStore } from './sqlite-store.ts'
