import { simulatorTransport } from '@sluice/simulator'
import { Client as PgClient, Pool } from 'pg'
import { createClient } from 'sluice'
import { describe, expect, it } from 'vitest'
import { batchedLimits } from '../../packages/sluice/src/stores/postgres/batched-limits.ts'
import { jointLimits } from '../../packages/sluice/src/stores/postgres/joint-limits.ts'
import { LimitStatements } from '../../packages/sluice/src/stores/postgres/limit-statements.ts'
import { limitTables } from '../../packages/sluice/src/stores/postgres/limit-tables.ts'
import { limitsInTables } from '../../packages/sluice/src/stores/postgres/postgres-limits.ts'
import { openRunDatabase } from '../postgres/index.ts'

const lasting = 3_500

/** When requests of four clients arrived that have nothing in common but a database, in real time. */
async function arrivalsOfFour(rate: number): Promise<number[]> {
  const database = await openRunDatabase()
  const migration = new PgClient({ connectionString: database.url })
  await migration.connect()
  await migration.query(limitTables + jointLimits + batchedLimits)
  await migration.end()
  const arrivals: number[] = []
  const ends = performance.now() + lasting
  const work = async (member: string): Promise<void> => {
    const pool = new Pool({ connectionString: database.url, max: 2 })
    const sharedLimits = limitsInTables({ statements: new LimitStatements(pool), scope: 'run 1', member })
    const inner = simulatorTransport({ latency: '10ms' })
    const transport = {
      send: (...sent: Parameters<typeof inner.send>) => {
        arrivals.push(performance.now())
        return inner.send(...sent)
      },
      close: () => inner.close(),
    }
    const concurrency = Math.max(20, rate / 5)
    const client = createClient({
      baseUrl: 'https://api.test',
      transport,
      rate: `${rate}/s`,
      concurrency,
      sharedLimits,
    })
    const products = function* () {
      for (let item = 0; performance.now() < ends; item++) yield `/products/${1 + (item % 500)}`
    }
    for await (const { ok } of client.stream(products(), { readAhead: 10 })) expect(ok).toBe(true)
    await client.close()
    await sharedLimits.close()
    await pool.end()
  }
  await Promise.all(['a', 'b', 'c', 'd'].map(work))
  await database.close()
  return arrivals
}

function busiestSecond(arrivals: readonly number[]): number {
  let first = 0
  let most = 0
  for (const [last, at] of arrivals.entries()) {
    while (arrivals[first]! <= at - 1_000) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

describe('four clients with one rate in a database', () => {
  it.each([100, 1_000])('of %i/s never send more in any second, and use nearly all of it', async (rate) => {
    const arrivals = await arrivalsOfFour(rate)
    const from = arrivals[0]! + 1_000
    const used = arrivals.filter((at) => at >= from && at < from + 2_000).length / (2 * rate)
    expect(busiestSecond(arrivals)).toBeLessThanOrEqual(rate + 1)
    // This machine may do something else for a while: then permits pass unused.
    expect(used).toBeGreaterThanOrEqual(0.85)
  })
})
