import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { JsonNumber } from 'sluice'
import { parseJson } from 'sluice/http'
import { afterAll, describe, expect, it } from 'vitest'
import { compileSelect } from './compile-select.ts'
import { jsonText } from './json-text.ts'
import { openWriter } from './open-writer.ts'
import { plainNumber, ValueKinds } from './value-kinds.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-exact-'))
afterAll(() => rmSync(folder, { recursive: true }))

const text = '{"id":9007199254740993,"max":18446744073709551615,"price":1.10,"huge":1e400,"dec":0.1234567890123456789}'
const data = parseJson(text, 'source') as Record<string, unknown>
const names = Object.keys(data)

async function written(name: string, columns?: readonly string[]): Promise<string> {
  const path = join(folder, name)
  const { writer } = await openWriter(path, { columns })
  await writer.write(columns === undefined ? { index: 0, id: 'a', ok: true, data } : data)
  await writer.close()
  return path
}

function rowsOf(path: string): unknown {
  const database = new Database(path, { readonly: true })
  try {
    return database.prepare('SELECT * FROM results').safeIntegers().all()
  } finally {
    database.close()
  }
}

async function parquetOf(path: string): Promise<Record<string, unknown>[]> {
  const compressors = { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes)) }
  return await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors, utf8: false })
}

describe('numbers that a JavaScript number would change', () => {
  it('keep their digits in JSON lines and CSV', async () => {
    expect(readFileSync(await written('whole.jsonl'), 'utf8')).toContain(`"data":${text}`)
    expect(readFileSync(await written('picked.jsonl', names), 'utf8')).toBe(`${text}\n`)
    expect(readFileSync(await written('whole.csv'), 'utf8')).toContain(text.replaceAll('"', '""'))
    expect(readFileSync(await written('picked.csv', names), 'utf8')).toBe(
      'id,max,price,huge,dec\n9007199254740993,18446744073709551615,1.10,1e400,0.1234567890123456789\n',
    )
  })

  it('keep their digits in SQLite: in 64 bits, or as text', async () => {
    expect(rowsOf(await written('whole.db'))).toMatchObject([{ data: text }])
    expect(rowsOf(await written('picked.db', names))).toEqual([
      { id: 9007199254740993n, max: '18446744073709551615', price: 1.1, huge: '1e400', dec: '0.1234567890123456789' },
    ])
  })

  it('keep their digits in Parquet: in 64 bits, or as text', async () => {
    expect(await parquetOf(await written('whole.parquet'))).toMatchObject([{ data: text }])
    expect(await parquetOf(await written('picked.parquet', names))).toEqual([
      { id: 9007199254740993n, max: '18446744073709551615', price: 1.1, huge: '1e400', dec: '0.1234567890123456789' },
    ])
  })

  it.each([
    [['9007199254740993'], 'integer'],
    [[1, '9007199254740993', '-9223372036854775808'], 'integer'],
    [['9223372036854775808'], 'json'],
    [[1, '18446744073709551615'], 'json'],
    [[0.5, '9007199254740993'], 'json'],
    [[0.5, '1.10'], 'real'],
    [[1, '1.0', '1E5', '-0'], 'integer'],
    [['1e400'], 'json'],
  ])('%j make a column of %s', (values, kind) => {
    const kinds = new ValueKinds()
    for (const value of values) kinds.see(typeof value === 'string' ? new JsonNumber(value) : value)
    expect(kinds.kind).toBe(kind)
  })

  it.each([
    ['1.10', 1.1],
    ['1E5', 100_000],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775808', undefined],
    ['9'.repeat(400), undefined],
    ['1e400', undefined],
  ])('%s is %s in a database', (digits, plain) => {
    expect(plainNumber(new JsonNumber(digits))).toBe(plain)
  })
})

describe('--select with such numbers', () => {
  const record = {
    data: parseJson('{"list":[{"id":9007199254740993,"p":2.50},{"id":9007199254740995,"p":1.10}],"n":1.0}', 'source'),
  }
  const select = (expression: string): string | undefined =>
    jsonText(compileSelect(expression).apply(record)[expression])

  it.each([
    ['data.list[0].id', '9007199254740993'],
    ['data.list[*].p', '[2.50,1.10]'],
    ['data.list[?p > `2`].id', '[9007199254740993]'],
    ['data.list[?p == `1.1`].{id: id, p: p}', '[{"id":9007199254740995,"p":1.10}]'],
    ['sort_by(data.list, &p)[*].id', '[9007199254740995,9007199254740993]'],
    ['max_by(data.list, &p).id', '9007199254740993'],
    ['map(&id, data.list)', '[9007199254740993,9007199254740995]'],
    ['sum(data.list[*].p)', '3.6'],
    ['max(data.list[*].p)', '2.5'],
    ['type(data.n)', '"number"'],
    ['data.n + `1`', '2'],
    ['-data.n', '-1'],
    ['to_string(data.list[0].id)', '"9007199254740993"'],
    ['not_null(data.none, data.list[0].p)', '2.50'],
    ['data.list[?p].id', '[9007199254740993,9007199254740995]'],
    ['contains(data.list[*].p, `1.1`)', 'true'],
    ['data.n && data.list[0].p', '2.50'],
    ['data.n.id', 'null'],
    ['[data.n, data.list[0].id][1]', '9007199254740993'],
    ['let $p = data.list[1].p in data.list[?p > $p].id', '[9007199254740993]'],
  ])('%s is %s', (expression, value) => {
    expect(select(expression)).toBe(value)
  })
})

describe('jsonText', () => {
  it.each([
    [{ a: '\ud800' }, '{"a":"\ufffd"}'],
    [{ '\udc00x': 1 }, '{"\ufffdx":1}'],
    [
      ['\ud83d\ude00', '\\ud800', '\\\ud800', '\\\\ud800'],
      JSON.stringify(['\ud83d\ude00', '\\ud800', '\\\ufffd', '\\\\ud800']),
    ],
    [{ a: 1n }, '{"a":1}'],
  ])('writes what every reader takes, case %#', (value, expected) => {
    expect(jsonText(value)).toBe(expected)
  })
})
