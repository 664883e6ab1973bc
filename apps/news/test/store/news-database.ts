import { openDatabase, type TestDatabase } from '../../../../test/postgres/index.ts'
import { postgresNewsStore } from '../../src/store/postgres/postgres-news-store.ts'

/** Creates a database with the tables of a store of news: what a store finds that is not the first to use it. */
export function openNewsDatabase(): Promise<TestDatabase> {
  return openDatabase({ name: 'sluice_news', fill: async (url) => (await postgresNewsStore(url)).close() })
}
