export { openDatabase, type TestDatabase } from './open-database.ts'
export { type PostgresServer, type StartPostgresOptions, startPostgres } from './start-postgres.ts'
