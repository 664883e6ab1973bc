import { describe, expect, it } from 'vitest'
import { deltaSeconds, directiveTime, parseCacheControl } from './cache-control.ts'

describe('parseCacheControl', () => {
  it.each<[string | undefined, Record<string, (string | undefined)[]>]>([
    [undefined, {}],
    ['', {}],
    ['max-age=60', { 'max-age': ['60'] }],
    ['Private, MAX-AGE = 60', { private: [undefined], 'max-age': ['60'] }],
    ['max-age="60"', { 'max-age': ['60'] }],
    ['no-cache="set-cookie, x-a", max-age=1', { 'no-cache': ['set-cookie, x-a'], 'max-age': ['1'] }],
    ['ext="a \\"b\\", c",no-store', { ext: ['a "b", c'], 'no-store': [undefined] }],
    [',, max-age=1 ,,', { 'max-age': ['1'] }],
    ['max-age=1, max-age=2', { 'max-age': ['1', '2'] }],
    ['max-age', { 'max-age': [undefined] }],
    ['max-age=', { 'max-age': [''] }],
  ])('reads %o', (text, expected) => {
    expect(Object.fromEntries(parseCacheControl(text))).toEqual(expected)
  })
})

describe('a directive that is a time', () => {
  it.each<[string, number | undefined]>([
    ['no-cache', undefined],
    ['max-age=60', 60_000],
    ['max-age=0', 0],
    ['max-age="60"', 60_000],
    // RFC 9111 section 1.2.2: any number is valid, but capped at 68 years.
    ['max-age=2147483648', 2_147_483_648_000],
    ['max-age=99999999999999999999999', 2_147_483_648_000],
    // Section 4.2.1: invalid or contradictory values are stale.
    ['max-age=-1', 0],
    ['max-age=1.5', 0],
    ['max-age=soon', 0],
    ['max-age', 0],
    ['max-age=60, max-age=60', 60_000],
    ['max-age=60, max-age=10', 0],
  ])('%s is %o ms', (text, expected) => {
    expect(directiveTime(parseCacheControl(text), 'max-age')).toBe(expected)
  })

  it('is a number of digits and nothing else', () => {
    expect([undefined, '', '5', ' 5', '5s', '1e3'].map(deltaSeconds)).toEqual([
      undefined,
      undefined,
      5,
      undefined,
      undefined,
      undefined,
    ])
  })
})
