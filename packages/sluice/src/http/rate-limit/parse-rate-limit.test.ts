import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestTime } from '../stated-time.ts'
import { parseRateLimit } from './parse-rate-limit.ts'
import { greatestCount } from './signal.ts'

const now = Date.UTC(2026, 10, 20, 12, 0, 0)

/** One complete response in each dialect, the most informative first. */
const ladder: readonly (readonly [dialect: string, headers: Record<string, string>])[] = [
  ['ietf', { ratelimit: '"a";r=1;t=2', 'ratelimit-policy': '"a";q=5;w=60' }],
  ['ietf-07', { ratelimit: 'limit=5, remaining=1, reset=2' }],
  ['kong', { 'x-ratelimit-limit-minute': '5', 'x-ratelimit-remaining-minute': '1' }],
  ['ietf-legacy', { 'ratelimit-limit': '5', 'ratelimit-remaining': '1', 'ratelimit-reset': '2' }],
  ['anthropic', { 'anthropic-ratelimit-requests-remaining': '1' }],
  ['shopify', { 'x-shopify-shop-api-call-limit': '4/5' }],
  ['github', { 'x-ratelimit-resource': 'core', 'x-ratelimit-remaining': '1' }],
  ['world-news', { 'x-api-quota-left': '1' }],
  ['x-rate-limit', { 'x-rate-limit-remaining': '1' }],
  ['x-ratelimit', { 'x-ratelimit-remaining': '1' }],
]

describe('parseRateLimit', () => {
  it.each(ladder.map(([dialect], index) => [dialect, index] as const))(
    'takes %s before all that tell less',
    (dialect, index) => {
      const headers = Object.assign(
        {},
        ...ladder
          .slice(index)
          .map(([, fields]) => fields)
          .reverse(),
      )
      expect(new Set(parseRateLimit(headers, { now }).map((signal) => signal.dialect))).toEqual(new Set([dialect]))
    },
  )

  it('takes a dialect that says what is left before one that tells of policies only', () => {
    const headers = { 'ratelimit-policy': '"a";q=5;w=60', 'x-ratelimit-remaining': '3' }
    expect(parseRateLimit(headers, { now })).toMatchObject([{ dialect: 'x-ratelimit', remaining: 3 }])
  })

  it.each<[string | undefined, string | undefined, number]>([
    [undefined, undefined, 31_000],
    ['Fri, 20 Nov 2026 11:00:00 GMT', undefined, 3_631_000],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 'Fri, 20 Nov 2026 12:00:20 GMT', 11_000],
    ['yesterday', undefined, 31_000],
  ])('counts a moment from the Date of the response: header %s, given %s', (header, date, resetAfter) => {
    const headers = { 'x-ratelimit-reset': String(now / 1_000 + 30), ...(header !== undefined && { date: header }) }
    expect(parseRateLimit(headers, { now, date })).toMatchObject([{ resetAfter }])
  })

  it.each([
    ['0', 1],
    ['none', 1],
    ['1', 0],
    ['0042', 0],
    ['3, 5', 0],
  ])('reads a response with Age %s as %d signals, for what comes from a cache is old', (age, count) => {
    expect(parseRateLimit({ age, 'x-ratelimit-remaining': '1' }, { now })).toHaveLength(count)
  })

  it.each(['-1', '', ' ', 'NaN', 'Infinity', '1e9', '0x10', 'many', '1,000', '5 per second', '1'.repeat(10_240)])(
    'takes %j for no count',
    (value) => {
      expect(parseRateLimit({ 'x-ratelimit-remaining': value, 'x-ratelimit-limit': value }, { now })).toEqual([])
    },
  )

  it('takes a huge count for the ceiling', () => {
    const headers = { 'x-ratelimit-limit': '9223372036854775807', 'x-ratelimit-remaining': '9'.repeat(400) }
    expect(parseRateLimit(headers, { now })).toMatchObject([{ limit: greatestCount, remaining: greatestCount }])
  })

  it('keeps 32 limits at most, and none with a name that is no name', () => {
    const many = Array.from({ length: 100 }, (_, index) => `"p${index}";r=1`).join(', ')
    expect(parseRateLimit({ ratelimit: many }, { now })).toHaveLength(32)
    expect(parseRateLimit({ ratelimit: `"${'a'.repeat(300)}";r=1, "b";r=1` }, { now })).toHaveLength(1)
  })

  it('has nothing to say about a response without such fields', () => {
    expect(parseRateLimit({ 'content-type': 'text/html', date: 'x', age: '-' }, { now })).toEqual([])
  })

  it('never throws and stays within its ceilings, whatever the fields hold', () => {
    fc.assert(
      fc.property(hostileHeaders, (headers) => {
        for (const signal of parseRateLimit(headers, { now })) {
          expect(signal.remaining ?? 0).toSatisfy((value: number) => isWhole(value, greatestCount))
          expect(signal.limit ?? 0).toSatisfy((value: number) => isWhole(value, greatestCount))
          expect(signal.resetAfter ?? 0).toSatisfy((value: number) => isWhole(value, longestTime))
          expect(signal.window ?? 1).toSatisfy((value: number) => value > 0 && isWhole(value, longestTime))
          expect(signal.refill !== undefined).toBe(signal.resetAfter !== undefined)
          expect(Object.values(signal)).not.toContain(undefined)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most
}

const name = fc.oneof(
  fc.constantFrom(
    ...ladder.flatMap(([, headers]) => Object.keys(headers)),
    ...['x-ratelimit-limit', 'x-ratelimit-reset', 'x-ratelimit-used', 'x-rate-limit-reset', 'x-ratelimit-reset-minute'],
    ...['x-ratelimit-limit-tokens', 'x-ratelimit-reset-tokens', 'anthropic-ratelimit-requests-reset', 'age', 'date'],
  ),
  fc.string({ unit: 'binary' }).map((text) => `x-ratelimit-remaining-${text}`),
  fc.string({ unit: 'binary' }),
)
const piece = fc.constantFrom(
  ...['"a"', 'r', 'q', 't', 'w', 'limit', 'remaining', 'reset', ';', ',', '=', '/', ' ', ':'],
  '(',
)
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer().map(String),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.date({ noInvalidDate: true }).map(String),
  fc.array(fc.oneof(piece, fc.integer().map(String))).map((parts) => parts.join('')),
  fc.tuple(fc.integer(), fc.integer(), fc.integer()).map(([r, t, w]) => `"a";r=${r};t=${t};q=${r};w=${w}`),
  fc.tuple(fc.nat(), fc.nat()).map(([limit, window]) => `${limit}, ${limit};w=${window}`),
)
const hostileHeaders = fc.dictionary(name, value)
