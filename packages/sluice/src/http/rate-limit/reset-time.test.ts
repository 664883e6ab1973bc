import { describe, expect, it } from 'vitest'
import { parseReset } from './reset-time.ts'

const serverNow = Date.UTC(2026, 10, 20, 12, 0, 0)
const in30 = serverNow + 30_000

describe('a reset', () => {
  it.each<[string, number]>([
    ['0', 0],
    ['30', 30_000],
    [' 30\t', 30_000],
    ['0.5', 500],
    ['33011.382867', 33_011_383],
    ['2592000', 2_592_000_000],
  ])('%j is seconds from now', (text, expected) => {
    expect(parseReset(text, serverNow)).toBe(expected)
  })

  it.each<[string, string, number]>([
    ['seconds, to the second', String(in30 / 1e3), 31_000],
    ['seconds with a fraction', `${in30 / 1e3}.25`, 30_250],
    ['milliseconds', String(in30), 30_000],
    ['microseconds', `${in30}000`, 30_000],
    ['nanoseconds', `${in30}000000`, 30_000],
  ])('is a moment in %s since the epoch', (_, text, expected) => {
    expect(parseReset(text, serverNow)).toBe(expected)
  })

  it.each<[string, number]>([
    ['1s', 1_000],
    ['6m0s', 360_000],
    ['120ms', 120],
    ['1h2m3.5s', 3_723_500],
    ['8.64s', 8_640],
    ['1.5h', 5_400_000],
    ['900us', 1],
    ['1500µs', 2],
    ['1500μs', 2],
    ['1500Âµs', 2],
    ['10ns', 1],
    ['0s', 0],
    ['PT30S', 30_000],
    ['PT1M0.5S', 60_500],
    ['P1DT2H', 93_600_000],
    ['P1D', 86_400_000],
  ])('%j is a duration', (text, expected) => {
    expect(parseReset(text, serverNow)).toBe(expected)
  })

  it.each<[string, number]>([
    ['2026-11-20T12:00:30Z', 31_000],
    ['2026-11-20t12:00:30z', 31_000],
    ['2026-11-20 13:00:30+01:00', 31_000],
    ['2026-11-20T06:30:30-05:30', 31_000],
    ['2026-11-20T12:00:30.5Z', 30_500],
    ['2026-11-20T12:00:30.123456Z', 30_124],
    ['2026-11-20T12:00:60Z', 61_000],
    ['Fri, 20 Nov 2026 12:00:30 GMT', 31_000],
    ['Friday, 20-Nov-26 12:00:30 GMT', 31_000],
    ['Fri Nov 20 12:00:30 2026', 31_000],
    ['Fri Nov 20 2026 12:00:30 GMT+0000 (Coordinated Universal Time)', 31_000],
    ['Fri Nov 20 2026 13:00:30 GMT+0100', 31_000],
  ])('%j is a moment', (text, expected) => {
    expect(parseReset(text, serverNow)).toBe(expected)
  })

  it.each(['1350085394', '2020-01-01T00:00:00.000Z', 'Wed, 01 Jan 2020 00:00:00 GMT', String(serverNow / 1e3 - 2)])(
    '%j in the past is now',
    (text) => {
      expect(parseReset(text, serverNow)).toBe(0)
    },
  )

  it.each(['31622401', '999999999', '9'.repeat(400), '9999999h', '9999-12-31T23:59:59Z', `P${'9'.repeat(400)}D`])(
    '%j, more than 366 days away, is none',
    (text) => {
      expect(parseReset(text, serverNow)).toBeUndefined()
    },
  )

  it.each<[string, number]>([
    ['31622400', 31_622_400_000],
    ['+5', 5_000],
    ['1e3', 1_000_000],
    ['5 seconds', 5_000],
    ['5d', 432_000_000],
    ['5, 5', 5_000],
    ['5, 7', 7_000],
    ['Fri, 20 Nov 2026 12:00:30 UTC', 31_000],
  ])('%j is understood too', (text, expected) => {
    expect(parseReset(text, serverNow)).toBe(expected)
  })

  it.each([
    undefined,
    '',
    ' ',
    '-1',
    '-5s',
    'NaN',
    'Infinity',
    'soon',
    'P',
    'PT',
    'P1M',
    '2026-02-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T12:00:30',
    '2026-11-20',
    'Fri Foo 20 2026 12:00:30 GMT+0000',
    'Mon Feb 31 2026 12:00:30 GMT+0000',
    '1.2.3',
    `${'1h'.repeat(4_000)}!`,
  ])('says nothing with %j', (text) => {
    expect(parseReset(text, serverNow)).toBeUndefined()
  })
})
