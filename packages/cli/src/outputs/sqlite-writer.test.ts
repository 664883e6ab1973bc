import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { emptyColumns } from '../../test/sample-results.ts'
import { openWriter } from './open-writer.ts'
import { OutputError } from './output-errors.ts'
import { openDatabase } from './sqlite-driver.ts'

// A database that may not grow is the only disk that can be full at will.
vi.mock(import('./sqlite-driver.ts'), async (original) => {
  const real = await original()
  return {
    ...real,
    openDatabase: async (path) => {
      const database = await real.openDatabase(path)
      if (path.includes('full')) database.exec('PRAGMA max_page_count = 40')
      return database
    },
  }
})

const folder = mkdtempSync(join(tmpdir(), 'sluice-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const place = (name = 'a.db'): string => join(folder, `${++files}-${name}`)

function query(path: string, sql: string): unknown[] {
  const database = new Database(path)
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

function make(path: string, sql: string): void {
  const database = new Database(path)
  database.exec(sql)
  database.close()
}

async function write(path: string, records: Iterable<object>, columns?: readonly string[]): Promise<void> {
  const { writer } = await openWriter(path, { columns })
  for (const record of records) await writer.write(record)
  await writer.close()
}

describe('a database of whole records', () => {
  it('has everything that the records have, in a table for SQL', async () => {
    const path = place()
    await write(path, [
      {
        index: 1,
        id: 'ü😀',
        url: 'https://x/1',
        method: 'GET',
        ok: true,
        status: 200,
        attempts: 2,
        ms: 203.1,
        timing: { queued: 0.4, backoff: 0, connect: 0.6, firstByte: 202.5, body: 0.2 },
        headers: { 'content-type': 'application/json' },
        meta: { row: 1 },
        data: { name: 'ü😀', price: 1.5 },
      },
      { index: 0, id: '2', ok: true, attempts: 1, ms: 3, base64: 'AP8=', file: 'out/2.bin' },
      { index: 2, id: '3', ok: true, attempts: 1, ms: 0, text: 'plain' },
      {
        index: 3,
        id: '4',
        ok: false,
        attempts: 5,
        ms: 1,
        error: { code: 'SLUICE_THROTTLED', message: '429', retryAt: '2030-01-02T00:00:00.000Z' },
      },
    ])
    expect(query(path, 'SELECT * FROM results ORDER BY idx')).toEqual([
      { ...emptyColumns, idx: 0, id: '2', ok: 1, attempts: 1, ms: 3, bytes: Buffer.from([0, 255]), file: 'out/2.bin' },
      {
        ...emptyColumns,
        idx: 1,
        id: 'ü😀',
        url: 'https://x/1',
        method: 'GET',
        ok: 1,
        status: 200,
        attempts: 2,
        ms: 203.1,
        queued: 0.4,
        backoff: 0,
        connect: 0.6,
        first_byte: 202.5,
        body_ms: 0.2,
        headers: '{"content-type":"application/json"}',
        meta: '{"row":1}',
        data: '{"name":"ü😀","price":1.5}',
      },
      { ...emptyColumns, idx: 2, id: '3', ok: 1, attempts: 1, ms: 0, text: 'plain' },
      {
        ...emptyColumns,
        idx: 3,
        id: '4',
        ok: 0,
        attempts: 5,
        ms: 1,
        error_code: 'SLUICE_THROTTLED',
        error_message: '429',
        retry_at: '2030-01-02T00:00:00.000Z',
      },
    ])
    expect(query(path, `SELECT data ->> '$.price' AS price FROM results WHERE ok AND data IS NOT NULL`)).toEqual([
      { price: 1.5 },
    ])
  })

  it('has its table without a single record', async () => {
    const path = place('a.sqlite')
    await write(path, [])
    expect(query(path, 'SELECT * FROM results')).toEqual([])
  })

  it('has all rows of several groups', async () => {
    const path = place()
    await write(
      path,
      Array.from({ length: 1_234 }, (_, index) => ({ index, id: `${index}` })),
    )
    expect(query(path, 'SELECT count(*) AS n, count(DISTINCT id) AS ids, max(idx) AS last FROM results')).toEqual([
      { n: 1_234, ids: 1_234, last: 1_233 },
    ])
  })

  it('can be read under its provisional name after an abort, with the rows of a group that was not full', async () => {
    const { writer, partPath } = await openWriter(place())
    for (let index = 0; index < 501; index++) await writer.write({ index })
    await writer.abort()
    await writer.abort()
    expect(query(partPath!, 'SELECT count(*) AS n FROM results')).toEqual([{ n: 501 }])
  })
})

describe('a database of selected fields', () => {
  it('has them as columns, each value as it is', async () => {
    const path = place()
    await write(
      path,
      [
        { status: 200, 'data."x-y"': 'ü', o: { a: [1] }, mixed: '5' },
        { status: null, o: true, mixed: 5 },
        { status: 2.5, o: [], mixed: 2 ** 60 },
      ],
      ['status', 'data."x-y"', 'o', 'mixed', 'status'],
    )
    expect(query(path, 'SELECT *, typeof(status) AS s, typeof(mixed) AS m FROM results')).toEqual([
      { status: 200, 'data."x-y"': 'ü', o: '{"a":[1]}', mixed: '5', s: 'integer', m: 'text' },
      { status: null, 'data."x-y"': null, o: 1, mixed: 5, s: 'null', m: 'integer' },
      { status: 2.5, 'data."x-y"': null, o: '[]', mixed: 2 ** 60, s: 'real', m: 'real' },
    ])
  })

  it('are numbered if SQLite cannot tell their names apart', async () => {
    const path = place()
    const { writer } = await openWriter(path, { columns: ['data.id', 'data.ID'] })
    await writer.write({ 'data.id': 1, 'data.ID': 2 })
    await writer.close()
    expect(query(path, 'SELECT * FROM results')).toEqual([{ 'data.id': 1, 'data.ID_2': 2 }])
  })
})

describe('what is there already under the name of a database', () => {
  it.each([
    ['an earlier output', (path: string) => make(path, 'CREATE TABLE results (a); INSERT INTO results VALUES (1)')],
    ['something else', (path: string) => writeFileSync(path, 'plain text')],
    ['an empty file', (path: string) => writeFileSync(path, '')],
  ])('is replaced if it is %s', async (_what, prepare) => {
    const path = place()
    prepare(path)
    const before = readFileSync(path)
    writeFileSync(`${path}.part`, 'from a crash')
    writeFileSync(`${path}.part-journal`, 'from a crash')
    const { writer } = await openWriter(path)
    await writer.write({ index: 0 })
    expect(readFileSync(path)).toEqual(before)
    await writer.close()
    expect(query(path, 'SELECT idx FROM results')).toEqual([{ idx: 0 }])
    expect(existsSync(`${path}.part`)).toBe(false)
    expect(existsSync(`${path}.part-journal`)).toBe(false)
  })

  it('is not touched if it is a database with other tables', async () => {
    const path = place()
    make(path, 'CREATE TABLE customers (a); CREATE TABLE results (a)')
    await expect(openWriter(path)).rejects.toMatchObject({
      name: 'SettingsError',
      message: `${path}: this is a database with other tables, such as customers; choose another name`,
    })
    expect(existsSync(`${path}.part`)).toBe(false)
    expect(query(path, 'SELECT * FROM customers')).toEqual([])
  })

  it('is not touched while another program has it open, because its journal would be taken for that of the new one', async () => {
    const path = place()
    // Of the same library as the writer: two in one process do not see each other's locks.
    const other = await openDatabase(path)
    other.exec('PRAGMA journal_mode = WAL; CREATE TABLE results (a)')
    await expect(openWriter(path)).rejects.toThrow(`${path}: this database is being used by another program`)
    other.close()
    await write(path, [{ index: 0 }])
  })

  it('is not a device', async () => {
    const path = place()
    symlinkSync('/dev/null', path)
    await expect(openWriter(path)).rejects.toThrow(`${path}: a database must be a file; choose another name`)
  })
})

it('says that the disk is full, and leaves the groups before in the provisional file', async () => {
  const path = place('full.db')
  const { writer, partPath } = await openWriter(path)
  let written = 0
  const writing = async (): Promise<void> => {
    for (; written < 10_000; written++) await writer.write({ index: written, text: 'x'.repeat(100) })
  }
  const error = await writing().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(OutputError)
  expect((error as OutputError).message).toBe(`${path}: the disk is full; free some space, or write to another disk`)
  await writer.abort()
  await expect(writer.close()).rejects.toBe(error)
  expect(existsSync(path)).toBe(false)
  const [{ n }] = query(partPath!, 'SELECT count(*) AS n FROM results') as [{ n: number }]
  expect(n).toBe(Math.floor(written / 500) * 500)
  expect(n).toBeGreaterThan(0)
})
