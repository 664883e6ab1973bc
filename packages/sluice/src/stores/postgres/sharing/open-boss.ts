import type { PgBoss } from 'pg-boss'
import { codeOf } from '../../../database/postgres/postgres-errors.ts'
import type { Sql } from '../../../database/postgres/sql.ts'
import { StoreError } from '../../../database/store-error.ts'
import { executorOf } from './boss-queue.ts'
import { queueSchema } from './queue-schema.ts'

/**
 * The queue, over our own connections. What it does on its own account is done when we ask for it.
 *
 * @throws StoreError if pg-boss is not installed.
 */
export async function openBoss(sql: Sql, store: string, schema: string): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss').catch((cause: unknown) => {
    throw new StoreError(
      'SLUICE_STORE_DRIVER',
      `${store}: runs are shared by way of pg-boss, which is not installed; npm install pg-boss@12.35.0`,
      cause,
    )
  })
  const boss = new PgBoss({
    db: executorOf(sql),
    schema: queueSchema(schema),
    supervise: false,
    schedule: false,
    monitorIntervalSeconds: 2,
    monitorVacuum: false,
    reindex: false,
  })
  // What fails is thrown where it was asked for.
  boss.on('error', () => undefined)
  boss.on('warning', () => undefined)
  for (let attempt = 1; ; attempt++) {
    try {
      return await boss.start()
    } catch (error) {
      // Its timers have begun already.
      await boss.stop({ graceful: false, close: false })
      // Another process has made the schema at the same moment: then it is there now.
      if (attempt > 1 || codeOf(error) !== '23505') throw error
    }
  }
}
