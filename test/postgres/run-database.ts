import { postgresStore } from '../../packages/sluice/src/stores/postgres/index.ts'
import { openDatabase, type TestDatabase } from './open-database.ts'

/** Creates a database with the tables of a store of runs: what a store finds that is not the first to use it. */
export function openRunDatabase(): Promise<TestDatabase> {
  return openDatabase({ name: 'sluice_runs', fill: async (url) => (await postgresStore({ url })).close() })
}
