import { Client } from 'pg'
import { afterEach, beforeEach } from 'vitest'
import { openRunDatabase, type TestDatabase } from '../../../../../test/postgres/index.ts'
import { type ShareRunOptions, shareRun } from '../../../src/runs/index.ts'
import type { SharedStore, StoredRun } from '../../../src/stores/index.ts'
import { type PostgresStoreOptions, postgresStore } from '../../../src/stores/postgres/index.ts'
import type { ChunkItem, HeldChunk } from '../../../src/stores/shared-store.ts'

/** A database for each test of a file, with stores that are closed after it. */
export interface SharedDatabase {
  open(options?: Partial<PostgresStoreOptions>): Promise<SharedStore>
  url(): string
  /** Direct access to the tables, as from a console. */
  execute(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
}

export function sharedDatabase(): SharedDatabase {
  let database: TestDatabase
  const stores: SharedStore[] = []
  beforeEach(async () => {
    database = await openRunDatabase()
  })
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
    await database.close()
  })
  return {
    url: () => database.url,
    open: async (options = {}) => {
      const store = await postgresStore({ url: database.url, ...options })
      stores.push(store)
      return store
    },
    execute: async (text, values = []) => {
      const client = new Client({ connectionString: database.url, options: '-c search_path=sluice' })
      await client.connect()
      try {
        return (await client.query(text, [...values])).rows
      } finally {
        await client.end()
      }
    },
  }
}

/** A shared run of `count` items, `/0` and so on. */
export async function shareItems(
  store: SharedStore,
  count: number,
  rest: Partial<ShareRunOptions> = {},
): Promise<StoredRun> {
  const source = Array.from({ length: count }, (_, index) => `/${index}`)
  return await shareRun({ store, name: 'k', source, chunkSize: 2, ...rest })
}

/** Claims chunks of one run. */
export async function claim(
  store: SharedStore,
  runId: number,
  count: number,
  worker: number,
): Promise<(HeldChunk & { readonly items: readonly ChunkItem[] })[]> {
  const claimed = await store.claimChunks(worker, [{ runId, count }])
  return claimed.map(({ chunk, items }) => ({ ...chunk, items }))
}

export const anybody = { host: 'h', pid: 1, concurrency: 1 }
