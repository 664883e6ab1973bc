import { DatabaseSync } from 'node:sqlite'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openDatabase, saysDiskFull } from './sqlite-driver.ts'

afterEach(() => {
  vi.doUnmock('better-sqlite3')
})

describe('openDatabase', () => {
  it('opens a database', async () => {
    const database = await openDatabase(':memory:')
    expect(database.prepare('SELECT 1 AS one').get()).toMatchObject({ one: 1 })
  })

  it('takes the driver of Node where the binary does not load', async () => {
    vi.doMock('better-sqlite3', () => ({
      default: class {
        constructor() {
          throw new Error('/lib/libm.so.6: version `GLIBC_2.28` not found')
        }
      },
    }))
    const database = await openDatabase(':memory:')
    expect(database.prepare('SELECT 1 AS one').get()).toMatchObject({ one: 1 })
  })
})

describe.each([
  ['better-sqlite3', Database],
  ['node:sqlite', DatabaseSync],
])('%s', (_name, Driver) => {
  it('keeps what it is given', () => {
    const database = new Driver(':memory:')
    database.exec('CREATE TABLE t (a, b, c, d, e)')
    const values = ['ü😀', 1n, 1.5, Buffer.from([0, 255]), null]
    ;(database.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?)') as { run(...values: unknown[]): unknown }).run(...values)
    const row = database.prepare('SELECT *, typeof(b) AS type FROM t').get() as { readonly d: Uint8Array }
    expect({ ...row, d: Buffer.from(row.d) }).toEqual({
      a: 'ü😀',
      b: 1,
      c: 1.5,
      d: Buffer.from([0, 255]),
      e: null,
      type: 'integer',
    })
  })

  it('says that the disk is full', () => {
    const database = new Driver(':memory:')
    database.exec('CREATE TABLE t (a); PRAGMA max_page_count = 3')
    const fill = (): unknown => database.exec(`INSERT INTO t VALUES (zeroblob(100000))`)
    const error = thrownBy(fill)
    expect(saysDiskFull(error)).toBe(true)
    expect(saysDiskFull(thrownBy(() => database.exec('SELECT')))).toBe(false)
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
