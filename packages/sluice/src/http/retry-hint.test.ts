import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHttpDate } from './http-date.ts'
import { quotaHint, reportsExhausted, retryHint } from './retry-hint.ts'
import { longestTime } from './stated-time.ts'

const now = Date.UTC(2026, 10, 20, 12, 0, 0)
const epoch = now / 1_000

function parseRetryAfter(value: string | undefined, date?: string): number | undefined {
  const headers = Object.entries({ 'retry-after': value, date }).filter(([, text]) => text !== undefined)
  return retryHint(Object.fromEntries(headers) as Record<string, string>, now)?.wait
}

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['  120\t', 120_000],
    ['2.0', 2_000],
    ['2.', 2_000],
    ['.5', 500],
    ['0.0005', 1],
    ['+5', 5_000],
    ['1e3', 1_000_000],
    ['1, 7, 3', 7_000],
    ['5, soon', 5_000],
    ['10, 99999999999999', 10_000],
    ['31622400', longestTime],
  ])('reads %j as seconds', (value, expected) => {
    expect(parseRetryAfter(value)).toBe(expected)
  })

  it.each(['-1', '-0.5', '-99999999999999999999', '-3s'])('reads %j, which is negative, as now', (value) => {
    expect(parseRetryAfter(value)).toBe(0)
  })

  it.each([
    ['3s', 3_000],
    ['3 s', 3_000],
    ['3 sec', 3_000],
    ['5 seconds', 5_000],
    ['1.5 Minutes', 90_000],
    ['500ms', 500],
    ['1m30s', 90_000],
    ['1 hour 5 minutes', 3_900_000],
    ['2 days', 172_800_000],
    ['PT30S', 30_000],
    ['3s, 500ms', 3_000],
  ])('reads the duration %j', (value, expected) => {
    expect(parseRetryAfter(value)).toBe(expected)
  })

  it.each([
    ['Fri, 20 Nov 2026 12:00:30 GMT'],
    ['Friday, 20-Nov-26 12:00:30 GMT'],
    ['Fri Nov 20 12:00:30 2026'],
    ['Fri, 20 Nov 2026 12:00:30 UTC'],
    ['Fri, 20 Nov 2026 12:00:30 +0000'],
    ['Friday, 20-Nov-26 12:00:30 UTC'],
    ['Fri Nov 20 12:00:30 UTC 2026'],
    ['fri, 20 nov 2026 12:00:30 gmt'],
    ['Fri, 20 Nov 2026 14:00:30 +0200'],
    ['20 Nov 2026 12:00:30'],
    ['2026-11-20T12:00:30Z'],
    ['2026-11-20T13:00:30.000+01:00'],
    ['Fri, 20 Nov 2026 12:00:20 GMT, Fri, 20 Nov 2026 12:00:30 GMT'],
    ['Fri, 20 Nov 2026 12:00:30 GMT, 5'],
    ['30, Fri, 20 Nov 2026 12:00:20 GMT'],
  ])('reads the date %j', (value) => {
    expect(parseRetryAfter(value)).toBe(30_000)
  })

  it.each([
    ['seconds', `${epoch + 30}`],
    ['seconds with a fraction', `${epoch + 29}.5, ${epoch + 30}.0`],
    ['milliseconds', `${now + 30_000}`],
    ['microseconds', `${now + 30_000}000`],
    ['nanoseconds', `${now + 30_000}000000`],
  ])('reads what would be decades as a delay as a moment in %s', (_unit, value) => {
    expect(parseRetryAfter(value)).toBe(30_000)
  })

  it('takes a moment in the past as now, as a date and as a number', () => {
    expect(parseRetryAfter('Fri, 20 Nov 2020 12:00:00 GMT')).toBe(0)
    expect(parseRetryAfter('1350085394')).toBe(0)
  })

  it.each([
    undefined,
    '',
    ',',
    'soon',
    '0x10',
    'Fri, 20 Nov 2026 12:00:30 CET',
    'Fri, 31 Feb 2026 12:00:30 GMT',
    '2026-11-20T12:00:30',
    `${' '.repeat(5_000)}5`,
  ])('says nothing for %j', (value) => {
    expect(parseRetryAfter(value)).toBeUndefined()
  })

  it.each([
    '9'.repeat(400),
    '99999999999999999999',
    '99999999999999',
    '8640000000000',
    '315360000',
    '31622401',
    '1e308',
    'Infinity',
    '9999999h',
    'Fri, 31 Dec 9999 23:59:59 GMT',
    '2099-01-01T00:00:00Z',
  ])('has only impossible values with %j', (value) => {
    expect(parseRetryAfter(value)).toBeUndefined()
    expect(retryHint({ 'retry-after': value }, now)).toEqual({ wait: undefined })
  })
})

describe('the Date of the same answer', () => {
  it.each([
    ['counts, whatever our clock says', 'Fri, 20 Nov 2026 13:00:05 GMT', 'Fri, 20 Nov 2026 13:00:00 GMT', 5_000],
    ['does not count if it is no date', 'Fri, 20 Nov 2026 12:00:05 GMT', 'yesterday', 5_000],
    ['does not count if it is absurd', 'Fri, 20 Nov 2026 12:00:05 GMT', 'Sun, 01 Jan 2099 00:00:00 GMT', 5_000],
    [
      'counts years away if only that makes sense',
      'Thu, 01 Jan 1970 00:00:35 GMT',
      'Thu, 01 Jan 1970 00:00:05 GMT',
      30_000,
    ],
  ])('%s', (_name, value, date, expected) => {
    expect(parseRetryAfter(value, date)).toBe(expected)
  })
})

describe('other words for Retry-After', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after-ms': '300' }, 300],
    [{ 'x-ms-retry-after-ms': '3000' }, 3_000],
    [{ 'retry-after-ms': '300', 'retry-after': '1' }, 300],
    [{ 'retry-after-ms': 'soon', 'retry-after': '1' }, 1_000],
    [{ 'retry-after-ms': `${now + 500}` }, 500],
    [{ 'x-ratelimit-retry-after': '3' }, 3_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j asks for %j ms', (headers, expected) => {
    expect(retryHint(headers, now)?.wait).toBe(expected)
  })

  it.each<[string, Record<string, string>, number | undefined]>([
    ['a reset alone', { 'ratelimit-reset': '3' }, 3_000],
    ['a moment alone', { 'x-rate-limit-reset': `${epoch + 3}` }, 4_000],
    ['a time of the bucket', { 'x-ratelimit-reset-after': '1.5' }, 1_500],
    ['a quota of which nothing is left', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' }, 3_000],
    ['a quota of which something is left', { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '3' }, undefined],
    ['the structured field', { ratelimit: '"a";r=0;t=5, "b";r=9;t=50' }, 5_000],
    ['a limit of 0', { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' }, undefined],
    ['a reset in 2099', { 'x-ratelimit-reset': '4070908800' }, undefined],
    ['nothing', {}, undefined],
  ])('of a refusal, %s', (_name, headers, expected) => {
    expect(quotaHint(headers, now)?.wait).toBe(expected)
  })

  it('names the part of the API that a quota is for', () => {
    const headers = { 'x-ratelimit-resource': 'search', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' }
    expect(quotaHint(headers, now)).toEqual({ wait: 3_000, resource: 'search' })
    expect([reportsExhausted(headers, now), reportsExhausted({ 'x-ratelimit-remaining': '1' }, now)]).toEqual([
      true,
      false,
    ])
  })
})

describe('whatever a server sends', () => {
  const time = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...'0123456789.,-+: eGMTFriNov'), maxLength: 40 }),
    fc.double().map(String),
    fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
    fc.integer({ min: 0, max: 4_000_000_000 }).map(String),
    fc.date().map((date) => date.toUTCString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  )
  const names = ['retry-after', 'retry-after-ms', 'x-ms-retry-after-ms', 'x-ratelimit-reset', 'ratelimit-reset', 'date']
  const headers = fc.dictionary(
    fc.constantFrom(...names, 'x-ratelimit-remaining', 'x-rate-limit-reset', 'x-ratelimit-reset-after', 'ratelimit'),
    fc.oneof(
      time,
      fc.array(time, { maxLength: 4 }).map((times) => times.join(', ')),
    ),
  )

  it('a wait is from 0 to 366 days, or none', () => {
    fc.assert(
      fc.property(headers, fc.oneof(fc.constant(now), fc.integer({ min: 0, max: 8.64e15 })), (fields, clock) => {
        for (const hint of [retryHint(fields, clock), quotaHint(fields, clock)]) {
          const wait = hint?.wait ?? 0
          expect(Number.isInteger(wait) && wait >= 0 && wait <= longestTime).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is read in no time, however long', () => {
    const before = process.cpuUsage()
    for (const piece of ['1', '1,', '1h', '1h ', 'Fri, ', 'Fri,', '1.1.', 'Fri, 20 Nov 2026 12:00:30 GMT, ', '-']) {
      retryHint({ 'retry-after': piece.repeat(100_000) }, now)
      retryHint({ 'retry-after': piece.repeat(100) }, now)
    }
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000)
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
    'Sun, 06 Nov 1994 08:49:37 UTC',
    '1994',
  ])('refuses %j', (text) => {
    expect(parseHttpDate(text, now)).toBeUndefined()
  })
})
