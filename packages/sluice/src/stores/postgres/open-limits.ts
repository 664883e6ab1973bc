import { openPostgres } from '../../database/postgres/open-postgres.ts'
import type { SqlValue } from '../../database/postgres/sql.ts'
import type { SharedLimits } from '../../policies/admission/sharing/shared-limits.ts'
import { uniqueKey } from '../../random/unique-key.ts'
import { parseDuration } from '../../time/duration.ts'
import { LimitStatements } from './limit-statements.ts'
import { limitsInTables } from './postgres-limits.ts'
import { type PostgresStoreOptions, schemaOf, tablesIn } from './postgres-store.ts'

/** Maximum number of connections of one process: one each for a reservation, a lease and an exchange of signals. */
const connections = 3

/**
 * Opens limits that are shared by all processes that use the same database, such as the instances of a web service.
 * Pass them to `createClient` as `sharedLimits`, and close them after the client. Rates belong to the API and apply to
 * everything in the schema, including runs of workers; the places of `concurrency` are shared by processes with the
 * same `name`. While the database does not answer, calls wait, and `onError` is called with the reason.
 *
 * @throws StoreError if the database cannot be reached or used; SettingsError for an invalid URL.
 */
export async function postgresLimits(
  options: Pick<PostgresStoreOptions, 'url' | 'schema'> & {
    /** Name of the service, such as `shop`. @default 'default' */
    readonly name?: string | undefined
    /** Called when the database fails. @default none */
    readonly onError?: ((error: unknown) => void) | undefined
  },
): Promise<SharedLimits> {
  const { url, name = 'default', onError } = options
  const opened = await openPostgres({
    url,
    schema: tablesIn(schemaOf(options)),
    connections,
    reconnectTimeout: parseDuration('reconnectTimeout', '1min'),
    applicationName: 'sluice limits',
  })
  const { sql, reconnecting, explain } = opened
  const query = async (text: string, values: readonly unknown[]) => ({
    rows: await sql.queryOnce(undefined, text, values as readonly SqlValue[]),
  })
  return limitsInTables({
    statements: new LimitStatements({ query }),
    scope: `service ${name}`,
    member: `process ${uniqueKey()}`,
    onError: onError === undefined ? undefined : (error) => onError(explain(error)),
    onClose: async () => {
      reconnecting.end()
      await sql.close()
    },
  })
}
