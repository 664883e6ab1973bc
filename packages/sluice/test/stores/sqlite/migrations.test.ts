import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { SqliteDatabase } from '../../../src/database/sqlite/database.ts'
import type { DriverName } from '../../../src/database/sqlite/driver.ts'
import { loadSqliteDriver } from '../../../src/database/sqlite/drivers.ts'
import { migrate, openDatabase, versionOf } from '../../../src/database/sqlite/open-sqlite.ts'
import { sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { runsSchema } from '../../../src/stores/sqlite/schema.ts'
import { newRun, resultOf } from '../stored.ts'
import { Child } from './children/start.ts'
import { TempFolder } from './temp-file.ts'

const { steps: migrations, applicationId } = runsSchema
const later = [...migrations, 'ALTER TABLE runs ADD COLUMN tag TEXT', "UPDATE runs SET tag = 'old' || name"]

async function open(path: string, steps: readonly string[], driver?: DriverName): Promise<SqliteDatabase> {
  return openDatabase(await loadSqliteDriver('test', driver), {
    store: 'sqlite:test',
    path,
    busyTimeout: 1_000,
    schema: { ...runsSchema, steps },
  })
}

async function fileWithARun(path: string): Promise<void> {
  const store = await sqliteStore({ path, inline: true })
  const { id } = await store.create(newRun('k'))
  await store.commit(id, { results: [resultOf(0)], at: 2_000 })
  await store.close()
}

describe.each<DriverName>(['better-sqlite3', 'node:sqlite'])('the migrations, with %s', (driver) => {
  it('make a file that is recognized, whose log survives and whose free space can be returned', async () => {
    using folder = new TempFolder()
    const database = await open(folder.file(), migrations, driver)
    expect(versionOf(database)).toBe(migrations.length)
    expect(database.number('PRAGMA application_id')).toBe(applicationId)
    expect(database.number('PRAGMA auto_vacuum')).toBe(2)
    expect(database.number('PRAGMA synchronous')).toBe(2)
    expect(database.get('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' })
    database.close()
  })

  it('bring an older file up to date and keep what is in it; then the older version refuses it', async () => {
    using folder = new TempFolder()
    await fileWithARun(folder.file())
    const database = await open(folder.file(), later, driver)
    expect(versionOf(database)).toBe(later.length)
    expect(database.get('SELECT tag, succeeded FROM runs')).toMatchObject({ tag: 'oldk', succeeded: 1 })
    database.close()
    await expect(open(folder.file(), migrations, driver)).rejects.toMatchObject({ code: 'SLUICE_STORE_NEWER' })
  })

  it('do nothing that is done already', async () => {
    using folder = new TempFolder()
    const database = await open(folder.file(), later, driver)
    migrate(database, { ...runsSchema, steps: later })
    expect(versionOf(database)).toBe(later.length)
    database.close()
  })

  it('do a step that fails not at all', async () => {
    using folder = new TempFolder()
    await fileWithARun(folder.file())
    const broken = [...migrations, 'ALTER TABLE runs ADD COLUMN tag TEXT; UPDATE missing SET tag = 1']
    await expect(open(folder.file(), broken, driver)).rejects.toThrow('no such table')
    const database = await open(folder.file(), later, driver)
    expect(database.get('SELECT tag FROM runs')).toMatchObject({ tag: 'oldk' })
    database.close()
    expect(readdirSync(folder.path)).toEqual(['run.db'])
  })
})

describe('a process that is killed in a migration', () => {
  it('leaves the file as it was before the step, and the next continues', async () => {
    using folder = new TempFolder()
    await fileWithARun(folder.file())
    const child = new Child('child.ts', 'dieInMigration', folder.file(), ...later)
    expect(await child.ended).toMatchObject({ code: null, errors: '' })

    const older = await open(folder.file(), migrations)
    expect(versionOf(older)).toBe(migrations.length)
    older.close()
    const database = await open(folder.file(), later)
    expect(database.get('SELECT tag, succeeded FROM runs')).toMatchObject({ tag: 'oldk', succeeded: 1 })
    expect(database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' })
    database.close()
  })

  it('leaves an empty file when it was the first step', async () => {
    using folder = new TempFolder()
    const child = new Child('child.ts', 'dieInMigration', folder.file(), ...migrations)
    expect(await child.ended).toMatchObject({ code: null, errors: '' })
    const store = await sqliteStore({ path: folder.file(), inline: true })
    expect(await store.list()).toEqual([])
    await store.close()
  })
})
