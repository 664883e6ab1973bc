/**
 * Runs and limits in a PostgreSQL database, for any number of processes.
 *
 * @module sluice/stores/postgres
 */

export { postgresLimits } from './open-limits.ts'
export { type PostgresStoreOptions, postgresStore } from './postgres-store.ts'
