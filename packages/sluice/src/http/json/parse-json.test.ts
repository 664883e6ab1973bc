import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonNumber } from './json-number.ts'
import { JsonTooDeepError, maxJsonDepth } from './nesting.ts'
import { parseJson } from './parse-json.ts'
import { writeJson } from './write-json.ts'

function nested(depth: number, inner = ''): string {
  return '['.repeat(depth) + inner + ']'.repeat(depth)
}

describe('the depth of JSON', () => {
  it('reads 1,000 levels, and refuses 1,001', () => {
    expect(maxJsonDepth).toBe(1_000)
    expect(() => parseJson(nested(1_000, '""'))).not.toThrow()
    expect(() => parseJson(nested(1_001, '""'))).toThrow(JsonTooDeepError)
    expect(() => parseJson(nested(100_000))).toThrow('the JSON is nested more than 1000 levels deep')
  })

  it('counts objects as well as lists, and no brackets within texts', () => {
    expect(() => parseJson('{"a":['.repeat(501) + ']}'.repeat(501))).toThrow(JsonTooDeepError)
    const text = '[{'.repeat(2_000)
    expect(parseJson(JSON.stringify([text, `${text}"`, `\\${text}\\`, '\\"']))).toEqual([
      text,
      `${text}"`,
      `\\${text}\\`,
      '\\"',
    ])
  })

  it('is that of the value, whatever names have been added to all objects', () => {
    const added: Record<string, unknown> = {}
    added.loop = added
    const all = Object.prototype as unknown as Record<string, unknown>
    all.loop = added
    try {
      expect(parseJson(`{"a":[{"b":"${'x'.repeat(3_000)}"}]}`)).toMatchObject({ a: [{}] })
      expect(() => parseJson(`{"__proto__":${nested(1_000)}}`)).toThrow(JsonTooDeepError)
    } finally {
      delete all.loop
    }
  })

  it('says of an unfinished text what is wrong with it', () => {
    expect(() => parseJson(`"${'x'.repeat(3_000)}`)).toThrow(SyntaxError)
    expect(() => parseJson(`[{"a":"${'x'.repeat(3_000)}\\"`)).toThrow(SyntaxError)
  })
})

describe('numbers of JSON', () => {
  it('come as JavaScript numbers unless more is wanted', () => {
    expect(parseJson('[9007199254740993,1.10,1e400]')).toEqual([9007199254740992, 1.1, Infinity])
  })

  it('come as bigint beyond 2^53, and otherwise as JsonNumber where a JavaScript number would change them', () => {
    const text =
      '[9007199254740991,9007199254740992,-12345678901234567890,1.10,1E5,0.1000000000000000055511151231257827,1e400,-1e-400]'
    expect(parseJson(text, 'exact')).toEqual([
      9007199254740991,
      9007199254740992n,
      -12345678901234567890n,
      1.1,
      100_000,
      new JsonNumber('0.1000000000000000055511151231257827'),
      new JsonNumber('1e400'),
      new JsonNumber('-1e-400'),
    ])
  })

  it('makes no bigint of more than 1,000 digits', () => {
    expect(parseJson('9'.repeat(1_000), 'exact')).toBe(10n ** 1_000n - 1n)
    expect(parseJson('9'.repeat(1_001), 'exact')).toEqual(new JsonNumber('9'.repeat(1_001)))
  })

  it.each([
    '1.10',
    '[-0,1.0]',
    '{"a":{"b":[18446744073709551615]}}',
    '{"__proto__":1.0,"toJSON":1E5,"constructor":{"x":0.0000001}}',
    '{"text":"1.10, 1e5","n":1.10}',
    '{"quote":"\\"1.10","n":[1e2]}',
    '[1e21,1e+21,0.10e1]',
  ])('are written again unchanged with source: %s', (text) => {
    expect(writeJson(parseJson(text, 'source'))).toBe(text)
  })

  it('are found in spite of white space', () => {
    expect(writeJson(parseJson(' [ 1e5 ,\n\t2.50\n, -0 ]\n', 'source'))).toBe('[1e5,2.50,-0]')
  })

  it('are the nearest JavaScript number where one is needed', () => {
    const price = parseJson('1.10', 'source') as JsonNumber
    expect([Number(price), String(price), Number(price) > 1]).toEqual([1.1, '1.10', true])
  })

  it.each(['{1.10:2}', '[1.10x]', '[01.10]', '[1.10', '1.10 1.10', '[1.]', '["a"1.10]', '{"a":1.10"b"}', '[-]'])(
    'do not make JSON of what is none: %s',
    (text) => {
      const said = (parse: () => unknown): unknown => {
        try {
          return parse()
        } catch (error) {
          return (error as Error).message
        }
      }
      expect(said(() => parseJson(text, 'source'))).toBe(said(() => JSON.parse(text)))
      expect(() => parseJson(text, 'source')).toThrow(SyntaxError)
    },
  )

  it('return any JSON as it is written, whatever is in it', () => {
    const digits = fc.oneof(
      fc.bigInt().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.tuple(fc.bigInt({ min: 0n }), fc.stringMatching(/^\d{1,25}$/)).map((parts) => parts.join('.')),
      fc.tuple(fc.nat(), fc.integer({ min: -500, max: 500 })).map((parts) => parts.join('e')),
    )
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        digits,
        fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
        fc.constantFrom('null', 'true', 'false'),
        fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
        fc
          .dictionary(
            fc.string({ minLength: 1 }).filter((name) => !/^\d+$/.test(name)),
            tie('json'),
            { maxKeys: 4 },
          )
          .map((members) => `{${Object.entries(members).map(([name, one]) => `${JSON.stringify(name)}:${one}`)}}`),
      ),
    }))
    fc.assert(
      fc.property(json, (text) => {
        expect(writeJson(parseJson(text, 'source'))).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('take linear time, also where nothing fits', () => {
    const hostile = [
      `[${'1.'.repeat(200_000)}]`,
      `[1${'.0'.repeat(200_000)} ${' '.repeat(200_000)}x]`,
      ` ${'-0'.repeat(200_000)}`,
    ]
    const startedAt = performance.now()
    for (const text of hostile) expect(() => parseJson(text, 'source')).toThrow(SyntaxError)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})

describe('writeJson', () => {
  it('writes a bigint as the number that it is, also in lists and objects', () => {
    expect(writeJson({ id: 9007199254740993n, list: [1n, new JsonNumber('1.10')] })).toBe(
      '{"id":9007199254740993,"list":[1,1.10]}',
    )
  })

  it('throws for a circle as JSON.stringify does', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(() => writeJson(circle)).toThrow(TypeError)
  })

  it('makes a JsonNumber of a number of JSON only', () => {
    for (const text of ['', '01', '1.', '+1', 'NaN', '1,2', '"1"'])
      expect(() => new JsonNumber(text)).toThrow(RangeError)
  })
})
