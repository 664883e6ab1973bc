import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRate, parseRate, type RateInput } from './rate.ts'

describe('parseRate', () => {
  it.each<[RateInput, number, number]>([
    ['10/s', 10, 1_000],
    ['10/sec', 10, 1_000],
    ['100/min', 100, 60_000],
    ['100/m', 100, 60_000],
    ['5000/h', 5_000, 3_600_000],
    ['5000/hour', 5_000, 3_600_000],
    ['500/day', 500, 86_400_000],
    ['500/d', 500, 86_400_000],
    ['5/15s', 5, 15_000],
    ['5/250ms', 5, 250],
    ['1/1.5s', 1, 1_500],
    ['2.5/s', 2.5, 1_000],
    [' 10 / 2 min ', 10, 120_000],
    [{ count: 3, per: 700 }, 3, 700],
  ])('reads %j', (input, count, per) => {
    expect(parseRate('rate', input)).toEqual({ count, per })
  })

  it.each([
    ['', '"" (string)'],
    ['10', '"10" (string)'],
    ['/s', '"/s" (string)'],
    ['10/', '"10/" (string)'],
    ['10/week', '"10/week" (string)'],
    ['10/S', '"10/S" (string)'],
    ['0/s', '"0/s" (string)'],
    ['10/0s', '"10/0s" (string)'],
    ['-1/s', '"-1/s" (string)'],
    ['1e3/s', '"1e3/s" (string)'],
    ['10 per s', '"10 per s" (string)'],
    ['10/s/s', '"10/s/s" (string)'],
    [10, '10 (number)'],
    [undefined, 'undefined (undefined)'],
  ])('refuses %j, and names the option and what came', (input, shown) => {
    expect(() => parseRate('rate', input as RateInput)).toThrow(
      `rate: expected a rate such as '10/s', '100/min', '500/day', '5/15s' or '200000 tokens/min', got ${shown}`,
    )
  })

  it.each([
    { count: 0, per: 1_000 },
    { count: 1, per: 0 },
    { count: Number.NaN, per: 1_000 },
    { count: 1, per: Number.POSITIVE_INFINITY },
    { count: '1', per: 1_000 },
    {},
    null,
  ])('refuses the numbers %j', (input) => {
    expect(() => parseRate('rate', input as RateInput)).toThrow('rate: expected a rate such as')
  })
})

describe('the message of parseRate', () => {
  it('shows an object as it is, and calls it one', () => {
    expect(() => parseRate('rate', { count: 0, per: 1_000 })).toThrow('got {"count":0,"per":1000} (object)')
    expect(() => parseRate('rate', null as unknown as RateInput)).toThrow('got null (null)')
    expect(() => parseRate('rate', { count: 1n } as unknown as RateInput)).toThrow('got something (object)')
  })
})

describe('formatRate', () => {
  it.each([
    [50, 1_000, '50/s'],
    [100, 60_000, '100/min'],
    [500, 86_400_000, '500/day'],
    [5_000, 3_600_000, '5000/h'],
    [5, 15_000, '5/15s'],
    [10, 90_000, '10/90s'],
    [7, 7_200_000, '7/2h'],
    [2.5, 1_000, '2.5/s'],
    [5, 250, '5/250ms'],
    [5, 1, '5/ms'],
    [1, 0.5, '1/0.5ms'],
  ])('writes %d in %d ms as %s', (count, per, expected) => {
    expect(formatRate({ count, per })).toBe(expected)
  })

  it('writes what parseRate reads back as the same rate', () => {
    const rates = fc.record({ count: fc.integer({ min: 1, max: 1e9 }), per: fc.integer({ min: 1, max: 1e10 }) })
    fc.assert(
      fc.property(rates, (rate) => {
        expect(parseRate('rate', formatRate(rate))).toEqual(rate)
      }),
    )
  })
})
