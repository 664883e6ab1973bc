export { openDatabase, type Template, type TestDatabase } from './open-database.ts'
export { openRunDatabase } from './run-database.ts'
export { type PostgresServer, type StartPostgresOptions, startPostgres } from './start-postgres.ts'
