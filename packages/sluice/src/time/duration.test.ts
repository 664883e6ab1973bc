import { describe, expect, it } from 'vitest'
import { SettingsError } from '../errors/settings-error.ts'
import { type Duration, formatDuration, parseDuration, parseTimeLimit, unitLength } from './duration.ts'

describe('parseDuration', () => {
  it.each<[Duration, number]>([
    [0, 0],
    [250, 250],
    [0.5, 0.5],
    ['0s', 0],
    ['0', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['30sec', 30_000],
    ['5m', 300_000],
    ['5min', 300_000],
    ['1h', 3_600_000],
    ['1hour', 3_600_000],
    ['2d', 172_800_000],
    ['2day', 172_800_000],
    ['1.5h', 5_400_000],
    [' 5 s ', 5_000],
  ])('reads %j as %d milliseconds', (value, expected) => {
    expect(parseDuration('timeout', value)).toBe(expected)
  })

  it.each([
    ['', '"" (string)'],
    ['30', '"30" (string)'],
    ['soon', '"soon" (string)'],
    ['5 weeks', '"5 weeks" (string)'],
    ['5S', '"5S" (string)'],
    ['-5s', '"-5s" (string)'],
    ['1e3s', '"1e3s" (string)'],
    ['.5s', '".5s" (string)'],
    ['1m30s', '"1m30s" (string)'],
    [-1, '-1 (number)'],
    [Number.NaN, 'NaN (number)'],
    [Number.POSITIVE_INFINITY, 'Infinity (number)'],
    [undefined, 'undefined (undefined)'],
    [null, 'null (null)'],
    [true, 'true (boolean)'],
  ])('refuses %j, and names the option and what came', (value, shown) => {
    const parse = () => parseDuration('retry.base', value as Duration)
    expect(parse).toThrow(SettingsError)
    expect(parse).toThrow(`retry.base: expected a duration such as '500ms', '30s', '5m' or '1h', got ${shown}`)
  })
})

describe('parseTimeLimit', () => {
  it.each<[Duration, number]>([
    [0, Number.POSITIVE_INFINITY],
    ['0', Number.POSITIVE_INFINITY],
    ['0s', Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [1, 1],
    ['30s', 30_000],
  ])('reads %j as a limit of %d milliseconds', (value, expected) => {
    expect(parseTimeLimit('timeout', value)).toBe(expected)
  })

  it('refuses what is no duration', () => {
    expect(() => parseTimeLimit('timeout', -1)).toThrow('timeout: expected a duration')
  })
})

describe('unitLength', () => {
  it('knows each unit by its short and its long name, and no other', () => {
    expect(['ms', 's', 'sec', 'm', 'min', 'h', 'hour', 'd', 'day', 'week', ''].map(unitLength)).toEqual([
      1,
      1_000,
      1_000,
      60_000,
      60_000,
      3_600_000,
      3_600_000,
      86_400_000,
      86_400_000,
      undefined,
      undefined,
    ])
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [0.4, '0 ms'],
    [412.3, '412 ms'],
    [999.4, '999 ms'],
    [999.5, '1.0 s'],
    [5_000, '5.0 s'],
    [59_949, '59.9 s'],
    [59_950, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [3_599_499, '59 m 59 s'],
    [3_599_500, '1 h 00 m'],
    [12_000_000, '3 h 20 m'],
    [86_369_499, '23 h 59 m'],
    [86_370_000, '1 d 00 h'],
    [187_200_000, '2 d 04 h'],
    [365 * 86_400_000, '365 d 00 h'],
  ])('writes %d ms as %j', (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected)
  })
})
