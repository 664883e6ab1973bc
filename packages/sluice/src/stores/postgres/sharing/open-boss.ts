import type { PgBoss } from 'pg-boss'
import { StoreError } from '../../errors.ts'
import type { Sql } from '../sql.ts'
import { executorOf } from './boss-queue.ts'

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
    schema: `${schema}_queue`,
    supervise: false,
    schedule: false,
    monitorIntervalSeconds: 2,
    monitorVacuum: false,
    reindex: false,
  })
  // What fails is thrown where it was asked for.
  boss.on('error', () => undefined)
  boss.on('warning', () => undefined)
  try {
    return await boss.start()
  } catch (error) {
    // Its timers have begun already.
    await boss.stop({ graceful: false, close: false })
    throw error
  }
}
