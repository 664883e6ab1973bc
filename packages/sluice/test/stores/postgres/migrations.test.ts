import { describe, expect, it } from 'vitest'
import { migrate } from '../../../src/database/postgres/open-postgres.ts'
import { postgresStore } from '../../../src/stores/postgres/index.ts'
import { postgresFacts } from '../../../src/stores/postgres/postgres-facts.ts'
import { migrations } from '../../../src/stores/postgres/postgres-store.ts'
import { systemClock } from '../../../src/time/system-clock.ts'
import { newRun, resultOf } from '../stored.ts'
import { Database } from './database.ts'
import { openSql } from './open-sql.ts'

const later = [...migrations, 'ALTER TABLE runs ADD COLUMN tag text', "UPDATE runs SET tag = 'old' || name"]

async function fillWithARun(url: string): Promise<void> {
  const store = await postgresStore({ url })
  const { id } = await store.create(newRun('k'))
  await store.commit(id, { results: [resultOf(0)], at: 2_000 })
  await store.close()
}

/** Brings the schema of a database as far as these steps go. */
async function migrateTo(url: string, steps: readonly string[]): Promise<void> {
  const sql = openSql(url)
  try {
    await migrate(sql, 'postgres:test', {
      name: 'sluice',
      versionTable: 'sluice_migrations',
      program: 'Sluice',
      steps,
    })
  } finally {
    await sql.close()
  }
}

describe('the migrations', () => {
  it('are done once by twenty that begin at the same moment', async () => {
    await using database = await Database.openEmpty()
    await Promise.all(Array.from({ length: 20 }, () => migrateTo(database.url, later)))
    expect(await database.ask('SELECT version FROM sluice.sluice_migrations ORDER BY version')).toEqual(
      later.map((_, index) => [index + 1]),
    )
  })

  it('bring an older schema up to date and keep what is in it; then the older version refuses it', async () => {
    await using database = await Database.openEmpty()
    await fillWithARun(database.url)
    await migrateTo(database.url, later)
    expect(
      await database.ask('SELECT tag, succeeded::int FROM sluice.runs JOIN sluice.run_counts ON id = run_id'),
    ).toEqual([['oldk', 1]])
    await expect(postgresStore({ url: database.url })).rejects.toMatchObject({
      code: 'SLUICE_STORE_NEWER',
      message: expect.stringMatching(
        /^postgres:\/\/\S+: its schema sluice was written by a newer version of Sluice \(version \d+, this one knows \d+\); update Sluice, or choose another schema$/,
      ),
    })
  })

  it('do a step that fails not at all', async () => {
    await using database = await Database.openEmpty()
    await fillWithARun(database.url)
    const broken = [...migrations, 'ALTER TABLE runs ADD COLUMN tag text; UPDATE missing SET tag = 1']
    await expect(migrateTo(database.url, broken)).rejects.toThrow('relation "missing" does not exist')
    await migrateTo(database.url, later)
    expect(await database.ask('SELECT tag FROM sluice.runs')).toEqual([['oldk']])
  })

  it('are made in a schema that is there already by a user who may make none', async () => {
    await using database = await Database.openEmpty()
    const role = `guest_${crypto.randomUUID().replaceAll('-', '')}`
    await database.ask(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'; CREATE SCHEMA given AUTHORIZATION ${role}`)
    const url = new URL(database.url)
    url.username = role
    url.password = role
    const store = await postgresStore({ url: url.href, schema: 'given' })
    await store.create(newRun('k'))
    await store.close()
    await expect(postgresStore({ url: url.href })).rejects.toMatchObject({
      code: 'SLUICE_STORE',
      message: expect.stringContaining('the user lacks a privilege; '),
    })
    await database.ask(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })

  it('are counted by someone who only looks, and makes nothing', async () => {
    await using database = await Database.openEmpty()
    const before = await postgresFacts(database.url, systemClock)
    expect(await database.ask("SELECT count(*)::int FROM pg_namespace WHERE nspname = 'sluice'")).toEqual([[0]])
    await migrateTo(database.url, later)
    const after = await postgresFacts(database.url, systemClock)

    expect([before.steps, after.steps, after.knownSteps]).toEqual([0, later.length, migrations.length])
    expect(after.version).toMatch(/^\d+(\.\d+)?$/)
    expect(Math.abs(after.clocks.here - after.clocks.there)).toBeLessThan(60_000)
  })
})
