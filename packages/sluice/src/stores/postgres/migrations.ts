import { StoreError } from '../errors.ts'
import { quotedName } from './connection-settings.ts'
import type { Sql } from './sql.ts'

/** Held while a schema is changed: "Slui", and a number that is made of the name of the schema. */
const lock = `SELECT pg_advisory_xact_lock(${0x536c7569}, hashtext('sluice migrations ' || $1))`

/** How many steps a schema has; 0 if it is not there. */
async function versionOf(sql: Sql, schema: string): Promise<number> {
  // Not by to_regclass: that answers from what the session remembers, also when another has made it since.
  const found = await sql.query(
    undefined,
    `SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE nspname = $1 AND relname = 'sluice_migrations'`,
    [schema],
  )
  if (found.length === 0) return 0
  const table = `${quotedName(schema)}.sluice_migrations`
  const [row] = await sql.query(undefined, `SELECT coalesce(max(version), 0) AS version FROM ${table}`)
  return row!.version as number
}

/**
 * Does the steps that a schema does not have yet, each as a whole or not at all. Any number of processes may do it at once.
 *
 * @throws StoreError if a newer version has written the schema.
 */
export async function migrate(sql: Sql, store: string, schema: string, steps: readonly string[]): Promise<void> {
  let version = await versionOf(sql, schema)
  while (version < steps.length) {
    version = await sql.transaction(async (inside) => {
      await inside.query(undefined, lock, [schema])
      // Another process may have done it while this one waited for its turn.
      const done = await versionOf(inside, schema)
      if (done >= steps.length) return done
      if (done === 0) await makeSchema(inside, schema)
      await inside.query(undefined, steps[done]!)
      await inside.query(undefined, 'INSERT INTO sluice_migrations (version) VALUES ($1)', [done + 1])
      return done + 1
    })
  }
  if (version > steps.length) {
    throw new StoreError(
      'SLUICE_STORE_NEWER',
      `${store}: its schema ${schema} was written by a newer version of Sluice (version ${version}, this one knows ${steps.length}); update Sluice, or choose another schema`,
    )
  }
}

async function makeSchema(sql: Sql, schema: string): Promise<void> {
  // Not IF NOT EXISTS alone: that asks for the right to make one even where it is there.
  const found = await sql.query(undefined, 'SELECT FROM pg_namespace WHERE nspname = $1', [schema])
  if (found.length === 0) await sql.query(undefined, `CREATE SCHEMA ${quotedName(schema)}`)
  await sql.query(
    undefined,
    'CREATE TABLE IF NOT EXISTS sluice_migrations (version integer PRIMARY KEY, done_at timestamptz NOT NULL DEFAULT now())',
  )
}
