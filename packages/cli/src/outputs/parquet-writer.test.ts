import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, describe, expect, it } from 'vitest'
import { emptyColumns } from '../../test/sample-results.ts'
import { openWriter } from './open-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-parquet-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const place = (): string => join(folder, `${++files}.parquet`)

async function read(path: string): Promise<{ rows: Record<string, unknown>[]; metadata: FileMetaData }> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const compressors = { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes)) }
  return { rows: await parquetReadObjects({ file, metadata, compressors, utf8: false }), metadata }
}

async function roundTrip(records: Iterable<object>, columns?: readonly string[]): ReturnType<typeof read> {
  const path = place()
  const { writer } = await openWriter(path, { columns })
  for (const record of records) await writer.write(record)
  await writer.close()
  return await read(path)
}

const timing = { queued: 0.4, backoff: 0, connect: 0.6, firstByte: 202.5, body: 0.2 }

/** The name and the type of each column. */
function typesOf({ schema }: FileMetaData): string[] {
  return schema.slice(1).map(({ name, type, converted_type }) => `${name} ${converted_type ?? type}`)
}

describe('a Parquet file of whole records', () => {
  it('has everything that the records have, each in its type', async () => {
    const { rows, metadata } = await roundTrip([
      {
        index: 0,
        id: 'ü€😀',
        url: 'https://x/1',
        method: 'GET',
        ok: true,
        status: 200,
        attempts: 2,
        ms: 203.1,
        timing,
        headers: { 'content-type': 'application/json' },
        meta: { row: 1 },
        data: { name: 'ü€😀\n', price: 1.5 },
      },
      { index: 1, id: '2', ok: true, attempts: 1, ms: 0, text: '' },
      { index: 2, id: '3', ok: true, attempts: 1, ms: 0, base64: 'AP8=', file: 'out/3.bin' },
      { index: 3, id: '4', ok: true, attempts: 1, ms: 0, data: null },
      {
        index: 4,
        id: '5',
        ok: false,
        attempts: 5,
        ms: 1,
        error: { code: 'SLUICE_THROTTLED', message: '429', retryAt: '2030-01-02T00:00:00.000Z' },
      },
    ])
    expect(rows).toEqual([
      {
        ...emptyColumns,
        index: 0n,
        id: 'ü€😀',
        url: 'https://x/1',
        method: 'GET',
        ok: true,
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
        data: '{"name":"ü€😀\\n","price":1.5}',
      },
      { ...emptyColumns, index: 1n, id: '2', ok: true, attempts: 1, ms: 0, text: '' },
      {
        ...emptyColumns,
        index: 2n,
        id: '3',
        ok: true,
        attempts: 1,
        ms: 0,
        bytes: new Uint8Array([0, 255]),
        file: 'out/3.bin',
      },
      { ...emptyColumns, index: 3n, id: '4', ok: true, attempts: 1, ms: 0, data: 'null' },
      {
        ...emptyColumns,
        index: 4n,
        id: '5',
        ok: false,
        attempts: 5,
        ms: 1,
        error_code: 'SLUICE_THROTTLED',
        error_message: '429',
        retry_at: new Date('2030-01-02'),
      },
    ])
    expect(typesOf(metadata)).toEqual([
      'index INT64',
      'id UTF8',
      'url UTF8',
      'method UTF8',
      'ok BOOLEAN',
      'status INT32',
      'attempts INT32',
      'ms DOUBLE',
      'queued DOUBLE',
      'backoff DOUBLE',
      'connect DOUBLE',
      'first_byte DOUBLE',
      'body_ms DOUBLE',
      'attempt_ms DOUBLE',
      'started_at TIMESTAMP_MILLIS',
      'protocol UTF8',
      'headers UTF8',
      'meta UTF8',
      'data UTF8',
      'text UTF8',
      'bytes BYTE_ARRAY',
      'file UTF8',
      'error_code UTF8',
      'error_message UTF8',
      'error_body UTF8',
      'retry_at TIMESTAMP_MILLIS',
    ])
    expect(metadata.row_groups[0]!.columns[0]!.meta_data!.codec).toBe('ZSTD')
  })

  it('can be read without a single record', async () => {
    const { rows, metadata } = await roundTrip([])
    expect(rows).toEqual([])
    expect(typesOf(metadata)).toHaveLength(26)
  })

  it('has a group for each 5,000 rows, and loses none between them', async () => {
    const records = Array.from({ length: 12_000 }, (_, index) => ({
      index,
      id: `${index}`,
      ok: index % 3 > 0,
      ...(index % 2 === 0 ? { data: { index } } : undefined),
    }))
    const { rows, metadata } = await roundTrip(records)
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([5_000, 5_000, 2_000])
    expect(rows.map(({ index, id, ok, data }) => ({ index, id, ok, data }))).toEqual(
      records.map(({ index, id, ok, data }) => ({
        index: BigInt(index),
        id,
        ok,
        data: data === undefined ? null : JSON.stringify(data),
      })),
    )
  })

  it('begins a new group when one has 8 MB, so that large bodies do not gather in memory', async () => {
    const text = 'x'.repeat(3 * 1024 * 1024)
    const { rows, metadata } = await roundTrip(Array.from({ length: 7 }, (_, index) => ({ index, text })))
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([3, 3, 1])
    expect(rows.every((row) => row.text === text)).toBe(true)
  })

  it('can be read under its provisional name after an abort', async () => {
    const { writer, partPath } = await openWriter(place())
    await writer.write({ index: 7 })
    await writer.abort()
    await writer.abort()
    expect((await read(partPath!)).rows).toMatchObject([{ index: 7n }])
  })
})

describe('a Parquet file of selected fields', () => {
  it.each([
    ['booleans', [true, null, false], 'BOOLEAN', [true, null, false]],
    ['whole numbers', [1, null, -3], 'INT64', [1n, null, -3n]],
    ['the largest whole numbers', [Number.MAX_SAFE_INTEGER], 'INT64', [BigInt(Number.MAX_SAFE_INTEGER)]],
    ['numbers, not all whole', [1, 0.5], 'DOUBLE', [1, 0.5]],
    ['numbers too large to be exact', [2 ** 60, 1], 'DOUBLE', [2 ** 60, 1]],
    ['texts', ['ü😀', '', null, 'a\nb\u2028c'], 'UTF8', ['ü😀', '', null, 'a\nb\u2028c']],
    ['objects and lists', [{ a: 'ü' }, [1], null], 'UTF8', ['{"a":"ü"}', '[1]', null]],
    ['numbers and texts', [5, '5', null], 'UTF8', ['5', '"5"', null]],
    ['booleans and numbers', [true, 1], 'UTF8', ['true', '1']],
    ['nothing at all', [null, null], 'UTF8', [null, null]],
    ['what is missing', [undefined], 'UTF8', [null]],
  ])('has a type that holds %s', async (_what, values, type, expected) => {
    const { rows, metadata } = await roundTrip(
      values.map((value) => ({ 'data."x-y"': value })),
      ['data."x-y"'],
    )
    expect(typesOf(metadata)).toEqual([`data."x-y" ${type}`])
    expect(rows.map((row) => row['data."x-y"'])).toEqual(expected)
  })

  it('loses nothing when a value of another kind comes after thousands of numbers', async () => {
    const records = Array.from({ length: 6_000 }, (_, index) => ({ price: index < 5_999 ? index / 2 : 'on request' }))
    const { rows } = await roundTrip(records, ['price'])
    expect(rows.map(({ price }) => JSON.parse(price as string))).toEqual(records.map(({ price }) => price))
  })

  it('keeps the order of the columns, and has one that is selected twice once', async () => {
    const { rows, metadata } = await roundTrip([{ b: 1, a: 'x' }], ['b', 'a', 'b'])
    expect(typesOf(metadata)).toEqual(['b INT64', 'a UTF8'])
    expect(rows).toEqual([{ b: 1n, a: 'x' }])
  })

  it('can be read without a single record', async () => {
    const { rows, metadata } = await roundTrip([], ['a'])
    expect(rows).toEqual([])
    expect(typesOf(metadata)).toEqual(['a UTF8'])
  })

  it('leaves nothing else behind', async () => {
    const path = place()
    const { writer } = await openWriter(path, { columns: ['a'] })
    await writer.write({ a: 1 })
    expect(existsSync(path)).toBe(false)
    await writer.close()
    expect(readdirSync(folder).filter((name) => join(folder, name).startsWith(path))).toEqual([`${files}.parquet`])
  })

  it('can be read under its provisional name after an abort', async () => {
    const path = place()
    const { writer, partPath } = await openWriter(path, { columns: ['a'] })
    await writer.write({ a: 1 })
    await writer.abort()
    await writer.abort()
    expect((await read(partPath!)).rows).toEqual([{ a: 1n }])
    expect(readdirSync(folder).filter((name) => join(folder, name).startsWith(path))).toEqual([`${files}.parquet.part`])
  })
})
