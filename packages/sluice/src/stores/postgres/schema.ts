import { chunkTables } from './chunk-tables.ts'
import { limitTables } from './limit-tables.ts'
import { runTables } from './run-tables.ts'

/**
 * What a schema needs, step by step; the table `sluice_migrations` says how many of them it has. A step that has been
 * released is never changed. Names of tables are unqualified: `search_path` is the store's schema.
 */
export const migrations: readonly string[] = [runTables, chunkTables, limitTables]
