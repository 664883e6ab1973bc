import { describe, expect, it } from 'vitest'
import { parseHttpDate } from './http-date.ts'
import { parseRetryAfter } from './retry-after.ts'

const now = Date.UTC(2026, 10, 20, 12, 0, 0)

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['  120\t', 120_000],
    ['2.0', 2_000],
    ['0.0005', 1],
    ['1, 7, 3', 7_000],
    ['99999999999', 99_999_999_999_000],
  ])('reads %j as seconds', (value, expected) => {
    expect(parseRetryAfter(value, { now })).toBe(expected)
  })

  it.each([
    ['Fri, 20 Nov 2026 12:00:30 GMT', 30_000],
    ['Friday, 20-Nov-26 12:00:30 GMT', 30_000],
    ['Fri Nov 20 12:00:30 2026', 30_000],
  ])('reads the date %j', (value, expected) => {
    expect(parseRetryAfter(value, { now })).toBe(expected)
  })

  it('counts a date from the Date of the same answer, whatever our own clock says', () => {
    const date = 'Fri, 20 Nov 2026 13:00:00 GMT'
    expect(parseRetryAfter('Fri, 20 Nov 2026 13:00:05 GMT', { now, date })).toBe(5_000)
  })

  it('falls back to our own clock when the Date is not one', () => {
    expect(parseRetryAfter('Fri, 20 Nov 2026 12:00:05 GMT', { now, date: 'yesterday' })).toBe(5_000)
  })

  it('takes a date in the past as now', () => {
    expect(parseRetryAfter('Fri, 20 Nov 2020 12:00:00 GMT', { now })).toBe(0)
  })

  it.each([
    undefined,
    '',
    '-1',
    '+5',
    '1e3',
    'soon',
    '5 seconds',
    '2026-11-20T12:00:00Z',
    'Fri, 20 Nov 2026 12:00:30 CET',
    'Fri, 31 Feb 2026 12:00:30 GMT',
  ])('says nothing for %j', (value) => {
    expect(parseRetryAfter(value, { now })).toBeUndefined()
  })
})

describe('HTTP dates', () => {
  it('takes a leap second as the second after 59', () => {
    expect(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', now)).toBe(Date.UTC(2017, 0, 1))
  })

  it.each([
    ['76', 2076],
    ['77', 1977],
    ['94', 1994],
    ['26', 2026],
  ])('takes the two-digit year %s as %d, at most 50 years ahead', (digits, year) => {
    expect(parseHttpDate(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, now)).toBe(Date.UTC(year, 10, 6, 8, 49, 37))
  })

  it.each([
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37',
    '1994',
  ])('refuses %j', (text) => {
    expect(parseHttpDate(text, now)).toBeUndefined()
  })
})
