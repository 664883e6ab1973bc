import { describe, expect, it } from 'vitest'
import type { InputColumns } from '../inputs/input-columns.ts'
import type { CallRecord } from './record.ts'
import { recordShape } from './record-shape.ts'

const timing = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0 }
const record: CallRecord = { index: 0, id: '7', ok: true, status: 200, attempts: 1, ms: 1, timing, data: { name: 'x' } }
const input: InputColumns = [
  ['sku', '007'],
  ['name', ' Ö '],
  ['sku', ''],
  ['', 'z'],
]

describe('recordShape', () => {
  it('puts the columns of the input first, as they were, and renames those of the result that have their names', () => {
    const shape = recordShape({ select: 'name=data.name,sku=id,ok', keepColumns: true, format: 'csv' })
    expect(shape.apply(record, input)).toEqual({
      ...{ sku: '007', name: ' Ö ', sku_2: '', column_4: 'z' },
      ...{ result_name: 'x', result_sku: '7', ok: true },
    })
    expect(shape.columns?.().map(({ title }) => title)).toEqual([
      ...['sku', 'name', 'sku', '', 'result_name', 'result_sku', 'ok'],
    ])
  })

  it('has a column of the input for expressions by its name, also without keeping them all', () => {
    const shape = recordShape({ select: 'row.sku,mail=row."e mail"', format: 'jsonl' })
    expect(shape.usesColumns).toBe(true)
    expect(shape.apply(record, [...input, ['e mail', 'a@b']])).toEqual({ 'row.sku': '007', mail: 'a@b' })
    expect(recordShape({ select: 'data.row', format: 'jsonl' }).usesColumns).toBe(false)
  })

  it('adds the columns to a whole record as an object, in JSON lines', () => {
    const shape = recordShape({ keepColumns: true, format: 'jsonl' })
    expect(Object.keys(shape.apply(record, input)).slice(0, 3)).toEqual(['row', 'index', 'id'])
    expect(shape.apply(record, undefined)).toEqual(record)
  })

  it('takes the columns of the first input for a table, and tells of others', () => {
    const shape = recordShape({ select: 'ok', keepColumns: true, format: 'csv' })
    shape.expect([['a', '1']])
    expect(shape.columns?.().map(({ key }) => key)).toEqual(['a', 'ok'])
    expect(shape.apply(record, undefined)).toEqual({ ok: true })
    const others: InputColumns = [
      ['b', '2'],
      ['a', '3'],
      ['ok', '4'],
    ]
    expect(shape.apply(record, others)).toEqual({ a: '3', ok: true })
    expect(shape.notes()).toEqual([
      '--keep-columns: 1 inputs have columns that the first one did not have, such as "b", "ok"; they are left out of the ' +
        'table, and JSON lines have them',
    ])
  })

  it.each([
    ['stauts', ['--select: no result has a field "stauts"; did you mean "status"?']],
    ['data.nmae', ['--select: data.nmae was found in none of the 1 results']],
    ['row.sku,row.skuu', ['--select: row.skuu was found in none of the 1 results']],
    ['error.code,text,headers.etag,file', []],
    ['data.name || data.title', []],
    ["'fixed',@,length('x')", []],
  ])('says which fields of %s no record had', (select, notes) => {
    const shape = recordShape({ select, format: 'jsonl' })
    expect(shape.notes()).toEqual([])
    shape.apply(record, input)
    expect(shape.notes()).toEqual(notes)
  })

  it('says that no input had columns to keep', () => {
    const shape = recordShape({ keepColumns: true, format: 'csv' })
    shape.apply(record, undefined)
    expect(shape.notes()).toEqual(['--keep-columns: no input had columns'])
  })
})
