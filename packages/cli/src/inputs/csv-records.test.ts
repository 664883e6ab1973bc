import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvRecord, csvDelimiter, csvRecords } from './csv-records.ts'
import type { TextLine } from './text-lines.ts'

function linesOf(text: string): TextLine[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line, index) => ({ number: index + 1, text: line }))
}

/** Pushes so many lines at once. */
function readLines(lines: readonly TextLine[], atOnce: number, limit?: number): CsvRecord[] {
  const assembler = csvRecords(',', limit)
  const records: CsvRecord[] = []
  for (let at = 0; at < lines.length; at += atOnce) records.push(...assembler.push(lines.slice(at, at + atOnce)))
  return [...records, assembler.end()].filter((record) => record !== undefined)
}

const read = (text: string): CsvRecord[] => readLines(linesOf(text), Number.POSITIVE_INFINITY)

const fields = (text: string): (readonly string[])[] => read(text).map((record) => record.fields)

describe('csvRecords', () => {
  it.each([
    ['a,b\n', [['a', 'b']]],
    [
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['"a,1","b ""q"""\n', [['a,1', 'b "q"']]],
    ['"",\n', [['', '']]],
    ['a,\n', [['a', '']]],
    ['"a"\r\n', [['a']]],
    ['x,"a\nb",y\r\n', [['x', 'a\nb', 'y']]],
    ['"a\n\n""\nb"\n', [['a\n\n"\nb']]],
    ['"a\r\nb"\r\n', [['a\r\nb']]],
    ['a\n\nb\n', [['a'], ['b']]],
    ['\n\r\na\r\n\r\n\n', [['a']]],
    ['a,b', [['a', 'b']]],
    ['a\r', [['a']]],
    ['"a"', [['a']]],
    ['""\n', [['']]],
    [' \n,\n', [[' '], ['', '']]],
    ['a,b,c\nd\n', [['a', 'b', 'c'], ['d']]],
    ['a\rb,\0\n', [['a'], ['b', '\0']]],
    ['"a\rb","\0"\r\r\nc\r\r\n', [['a\rb', '\0'], ['c']]],
    ['\n', []],
  ])('reads %j', (text, expected) => {
    expect(fields(text)).toEqual(expected)
  })

  it('reads lines that end in a carriage return, and keeps those inside quotes, however they come', () => {
    const lines = ['a,"1', '2"', 'b,"3', '', '4",5', 'c'].map((text, index) => ({
      number: index + 1,
      text,
      endsInReturn: true,
    }))
    const rows = [
      { line: 1, fields: ['a', '1\r2'] },
      { line: 3, fields: ['b', '3\r\r4', '5'] },
      { line: 6, fields: ['c'] },
    ]
    for (const atOnce of [1, 2, 3, 9]) expect(readLines(lines, atOnce)).toEqual(rows)
  })

  it('names the line on which a row begins', () => {
    expect(read('a,"1\n2\n3"\n\nb,"x"\n').map((record) => record.line)).toEqual([1, 5])
    expect(read('\n\r\n"a\r\n\r\nb",1\r\n\nc,2\r\n').map((record) => record.line)).toEqual([3, 7])
  })

  it.each([
    ['a"b,c', 'there is a quote inside an unquoted field, field 1 of the row, on line 1; quote the whole field'],
    ['"a"b,c', 'there is text after the closing quote of field 1 of the row, on line 1; double a quote'],
    ['a,b,c"', 'there is a quote inside an unquoted field, field 3 of the row, on line 1'],
    ['a,"b\nc","d"x\n', 'there is text after the closing quote of field 3 of the row, on line 2'],
    ['"a', 'a quoted field that begins in this row is never closed'],
    ['"a""', 'a quoted field that begins in this row is never closed'],
    ['a,"', 'a quoted field that begins in this row is never closed'],
  ])('reports the problem with %j', (text, problem) => {
    expect(read(text)[0]?.problem).toContain(problem)
  })

  it('continues reading after a wrong row', () => {
    expect(read('"a"b\nc,d\n')[1]).toEqual({ line: 2, fields: ['c', 'd'] })
    expect(read('a\nb"\n"c\n"d\ne\n"f\n').map(({ line, problem }) => [line, problem !== undefined])).toEqual([
      [1, false],
      [2, true],
      [3, true],
      [5, false],
      [6, true],
    ])
  })

  it('reports a line that is no text, and the row that it breaks off', () => {
    const lines = linesOf('a\n\nb,"c\n\nd\n').map((line) => (line.text === '' ? { ...line, problem: 'broken' } : line))
    for (const atOnce of [1, 2, 9]) {
      expect(readLines(lines, atOnce).map(({ line, problem }) => [line, problem])).toEqual([
        [1, undefined],
        [2, 'broken'],
        [3, 'line 4 of this row is broken'],
        [5, undefined],
      ])
    }
  })

  it('holds no more of a row than the limit, and continues reading after it', () => {
    const lines = linesOf(`a\n"${'xxxxxxx\n'.repeat(1_000)}`)
    for (const atOnce of [1, 7, 10_000]) {
      const [first, second, third] = readLines(lines, atOnce, 1024)
      expect(first).toEqual({ line: 1, fields: ['a'] })
      expect(second).toMatchObject({ line: 2, problem: 'the row is longer than 1 KiB; a quote may be missing' })
      expect(third?.fields).toEqual(['xxxxxxx'])
      expect(third?.line).toBeGreaterThan(120)
      expect(third?.line).toBeLessThan(135)
    }
  })

  it('gives a row as soon as its last line is there', () => {
    const assembler = csvRecords(',')
    expect(assembler.push([{ number: 1, text: 'a,"b' }])).toEqual([])
    expect(assembler.push([{ number: 2, text: '' }])).toEqual([])
    expect(assembler.push([{ number: 3, text: 'c",d' }])).toEqual([{ line: 1, fields: ['a', 'b\n\nc', 'd'] }])
    expect(assembler.push([{ number: 4, text: 'e' }])).toEqual([{ line: 4, fields: ['e'] }])
    expect(assembler.end()).toBeUndefined()
  })

  it('reads the same however the lines come, right or wrong', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', '"', ',', '\n', '\n', '\r\n', 'é'), maxLength: 60 })
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 9 }), (csv, atOnce) => {
        const oneByOne = readLines(linesOf(csv), 1)
        expect(readLines(linesOf(csv), atOnce)).toEqual(oneByOne)
        expect(read(csv)).toEqual(oneByOne)
      }),
      { numRuns: 1_000 },
    )
  })

  it('reads back whatever is quoted', () => {
    const row = fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') }), {
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const text = rows
          .map((row) => `${row.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\r\n`)
          .join('')
        expect(fields(text)).toEqual(rows)
      }),
    )
  })
})

describe('csvDelimiter', () => {
  it.each([
    ['a,b', ','],
    ['a\tb', '\t'],
    ['a;b', ';'],
    ['a|b', '|'],
    ['"a,b";c', ';'],
    ['id;name, first;x', ';'],
    ['name, first\tid', '\t'],
    ['id', ','],
  ])('of %j is %j: the one it has most of outside quotes', (header, delimiter) => {
    expect(csvDelimiter(header)).toBe(delimiter)
  })
})
