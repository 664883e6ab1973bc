import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRecords } from '../inputs/csv-records.ts'
import { csvLine } from './csv-writer.ts'

function readBack(text: string): (readonly string[])[] {
  const lines = text.split('\n').map((line, index) => ({ number: index + 1, text: line }))
  return csvRecords(',')
    .push(lines)
    .map((record) => record.fields)
}

describe('csvLine', () => {
  it('reads back as it was written', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', '=', 'a') }),
    )
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1 }), (rows) => {
        expect(readBack(rows.map((row) => csvLine(row, 'keep')).join(''))).toEqual(rows)
      }),
    )
  })

  it('quotes what needs it, and writes nothing for nothing', () => {
    expect(csvLine(['a b', 'a,b', 'a"b', 'a\rb', 'a\nb', '', null, undefined, true, 0, { a: [1] }], 'keep')).toBe(
      'a b,"a,b","a""b","a\rb","a\nb",,,,true,0,"{""a"":[1]}"\n',
    )
    expect(csvLine(['=1,2', '-1'], 'guard')).toBe(`"'=1,2",-1\n`)
  })

  it('guards no text that a spreadsheet takes as it is', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(csvLine([value, String(value)], 'guard')).toBe(`${value},${value}\n`)
      }),
    )
  })
})
