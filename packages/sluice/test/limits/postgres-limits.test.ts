import { Client, Pool } from 'pg'
import type { SharedLimits } from 'sluice'
import { describe, expect, it, vi } from 'vitest'
import { openRunDatabase, startPostgres } from '../../../../test/postgres/index.ts'
import { LimitStatements } from '../../src/stores/postgres/limit-statements.ts'
import { limitsInTables } from '../../src/stores/postgres/postgres-limits.ts'
import { migrations } from '../../src/stores/postgres/postgres-store.ts'
import { sharedLimitsContract } from './shared-limits-contract.ts'

interface Database {
  readonly url: string
  close(): Promise<void>
}

/** Limits of processes that are as many pools of connections. */
async function onPostgres(database: Database) {
  await migrate(database.url)
  const pools: Pool[] = []
  const errors: unknown[] = []
  return {
    errors,
    join(member: string): SharedLimits {
      const pool = new Pool({ connectionString: database.url, max: 2 })
      pool.on('error', () => {})
      pools.push(pool)
      return limitsInTables({
        statements: new LimitStatements(pool),
        scope: 'run 1',
        member,
        onError: (error) => errors.push(error),
      })
    },
    async close() {
      for (const pool of pools) await pool.end()
      await database.close()
    },
  }
}

async function migrate(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  for (const step of migrations) await client.query(step)
  await client.end()
}

sharedLimitsContract('on PostgreSQL', async () => onPostgres(await openRunDatabase()))

describe('shared limits on PostgreSQL', () => {
  it('keep the strictest of the rates that several runs have set for one API', async () => {
    const limits = await onPostgres(await openRunDatabase())
    const [slow, fast] = [20, 30].map((count) => ({
      limits: limits.join(`run of ${count}`),
      wish: { subject: 'api', rate: { count, per: 1_000 }, burst: 1, units: 1 },
    }))
    const instants: number[] = []
    for (const { limits: shared, wish } of [slow!, fast!, fast!, slow!, fast!]) {
      const [grant] = await shared.reserve([wish], 3)
      for (let index = 0; index < 3; index++) instants.push(grant!.startsAt + index * grant!.gap)
    }
    for (const [index, at] of instants.entries()) {
      if (index > 0) expect(at - instants[index - 1]!).toBeGreaterThan(50.99)
    }
    await slow!.limits.close()
    await fast!.limits.close()
    await limits.close()
  })

  it('apply no longer soon after they are released, also if permits are being reserved, unless others reserve from them', async () => {
    const database = await openRunDatabase()
    const limits = await onPostgres(database)
    const wish = { subject: 'api', rate: { count: 20, per: 1_000 }, burst: 1, units: 1 }
    const [changed, other] = [limits.join('changed'), limits.join('other')]
    const pool = new Pool({ connectionString: database.url, max: 1 })
    const usedFor = async (): Promise<number> => {
      const { rows } = await pool.query('SELECT used_until - next_at AS ms FROM limit_rates')
      return rows[0].ms
    }
    const reserving = changed.reserve([wish], 3)
    changed.release(wish.subject, wish.rate)
    await reserving
    await vi.waitUntil(async () => (await usedFor()) < 1_000, { timeout: 20_000 })
    await other.reserve([wish], 3)
    expect(await usedFor()).toBeGreaterThan(4_000)
    await pool.end()
    await changed.close()
    await other.close()
    await limits.close()
  })

  it('ask for the limits of 200 hosts in a handful of statements', async () => {
    const database = await openRunDatabase()
    await migrate(database.url)
    const pool = new Pool({ connectionString: database.url, max: 4 })
    let statements = 0
    const sql = {
      query: (text: string, values: readonly unknown[]) => {
        statements++
        return pool.query(text, values as unknown[])
      },
    }
    const shared = limitsInTables({ statements: new LimitStatements(sql), scope: 'run 1', member: 'a' })
    const rate = { count: 2, per: 1_000 }
    const hosts = Array.from({ length: 200 }, (_, index) => `host ${index}`)
    await Promise.all(hosts.map((host) => shared.places(host, 1).hold({ inFlight: 0, holding: 0, wanted: 1 })))
    await Promise.all(hosts.map((subject) => shared.reserve([{ subject, rate, burst: 1, units: 1 }], 1)))
    // Four each, and exchanges of signals.
    expect(statements).toBeLessThan(20)
    await shared.close()
    await pool.end()
    await database.close()
  })

  it('remove what was of no use for ten minutes when a process joins, and nothing that is in use', async () => {
    const database = await openRunDatabase()
    const limits = await onPostgres(database)
    const client = new Client({ connectionString: database.url })
    await client.connect()
    const rate = { count: 2, per: 1_000 }
    const first = limits.join('a')
    for (const subject of ['old', 'new']) await first.reserve([{ subject, rate, burst: 1, units: 1 }], 1)
    await first.places('old', 1).hold({ inFlight: 1, holding: 0, wanted: 1 })
    const passed = 601_000 + 10_000
    await client.query(`UPDATE limit_rates SET next_at = next_at - ${passed}, used_until = used_until - ${passed}
      WHERE subject = 'rate old'`)
    await client.query(`UPDATE limit_places SET valid_until = valid_until - ${passed}`)
    const second = limits.join('b')
    const keys = async (): Promise<unknown> => {
      // The first request of a process reports it as active.
      await second.reserve([{ subject: 'new', rate, burst: 1, units: 1 }], 1)
      const { rows } = await client.query(`SELECT (SELECT string_agg(key, ',') FROM limit_rates) AS rates,
        (SELECT string_agg(key, ',') FROM limit_marks) AS marks, (SELECT count(*)::int FROM limit_places) AS places`)
      return rows[0]
    }
    await expect.poll(keys, { timeout: 30_000 }).toEqual({ rates: 'rate new 2/s', marks: 'rate new 2/s', places: 0 })
    await first.close()
    await second.close()
    await client.end()
    await limits.close()
  })

  it('continue within a window when the clock of the database is set back by a day, and exceed no rate', async () => {
    const database = await openRunDatabase()
    const limits = await onPostgres(database)
    const client = new Client({ connectionString: database.url })
    await client.connect()
    const paced = { subject: 'paced', rate: { count: 20, per: 1_000 }, burst: 1, units: 1 }
    const quota = { subject: 'quota', rate: { count: 10, per: 3_600_000 }, burst: 10, units: 1 }
    const [dead, live] = [limits.join('dead'), limits.join('live')]
    const [before] = await dead.reserve([paced], 3)
    const [spent] = await dead.reserve([quota], 10)
    expect(spent).toMatchObject({ units: 10 })
    await dead.places('host', 1).hold({ inFlight: 1, holding: 0, wanted: 1 })

    // As if the clock had been a day ahead until now.
    const day = 86_400_000
    await client.query(`
      UPDATE limit_rates SET next_at = next_at + ${day}, used_until = used_until + ${day};
      UPDATE limit_places SET valid_until = valid_until + ${day}, since = since + ${day};
      UPDATE limit_quotas SET part = part + 2400;
      UPDATE limit_clock SET latest = latest + ${day}`)

    const [after] = await live.reserve([paced], 3)
    expect(after!.startsAt).toBeGreaterThanOrEqual(before!.startsAt + 3 * 50)
    expect(after!.startsAt - after!.at).toBeLessThan(2_000)
    const [full] = await live.reserve([quota], 1)
    expect(full).toMatchObject({ units: 0 })
    expect(full!.startsAt - full!.at).toBeLessThanOrEqual(3_600_000 * 1.1)
    const rows = await client.query(
      `SELECT max(valid_until) - extract(epoch FROM clock_timestamp()) * 1000 AS ms FROM limit_places`,
    )
    expect(Number(rows.rows[0].ms)).toBeLessThan(5_000)
    await client.end()
    await Promise.all([dead.close(), live.close()])
    await limits.close()
  })

  it('let a second pass after a crash, in which what was given before it leaves', async () => {
    const server = await startPostgres()
    try {
      const limits = await onPostgres({ url: server.url, close: async () => {} })
      const shared = limits.join('a')
      const source = shared.permits('api 100/s', { count: 100, per: 1_000 }, 1)
      const before = await source.reserve(10)
      expect(before.startsAt - before.at).toBeLessThan(50)

      // Tables without a log are empty after a crash.
      const client = new Client({ connectionString: server.url })
      await client.connect()
      await client.query('TRUNCATE limit_marks')
      await client.end()
      const after = await source.reserve(10)
      expect(after.startsAt - after.at).toBeGreaterThanOrEqual(1_000)
      const next = await source.reserve(10)
      expect(next.startsAt - next.at).toBeLessThan(1_000 + 2 * 105)
      await shared.close()
      await limits.close()
    } finally {
      await server.stop()
    }
  })

  it('give nothing while the database is away, say so, and continue when it is back', async () => {
    const server = await startPostgres()
    try {
      const limits = await onPostgres({ url: server.url, close: async () => {} })
      const shared = limits.join('a')
      const source = shared.permits('api 100/s', { count: 100, per: 1_000 }, 1)
      await source.reserve(1)
      const restarted = server.restart()
      await expect(
        (async () => {
          for (let tries = 0; tries < 1_000; tries++) await source.reserve(1)
        })(),
      ).rejects.toThrow()
      await restarted
      expect(limits.errors.length).toBeGreaterThan(0)
      expect(await source.reserve(1)).toMatchObject({ units: 1 })
      await shared.close()
      await limits.close()
    } finally {
      await server.stop()
    }
  })
})
