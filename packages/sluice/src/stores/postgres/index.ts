/**
 * Runs in a PostgreSQL database, for any number of processes.
 *
 * @module sluice/stores/postgres
 */

export { type PostgresStoreOptions, postgresStore } from './postgres-store.ts'
