import { describe, expect, it } from 'vitest'
import {
  countText,
  drawable,
  durationText,
  largest,
  momentOf,
  rangeText,
  rateText,
  shareText,
  timesText,
} from './text.ts'

describe('numbers in words', () => {
  it.each([
    [countText, 12_345, '12,345'],
    [countText, Number.NaN, '–'],
    [rateText, 0, '0'],
    [rateText, 0.0123, '0.0123'],
    [rateText, 9.84, '9.8'],
    [rateText, 1_234.5, '1,235'],
    [rateText, Number.POSITIVE_INFINITY, '–'],
    [timesText, 9.31, '9.3×'],
    [timesText, 123.4, '123×'],
    [timesText, Number.NaN, '–'],
    [shareText, 0, '0 %'],
    [shareText, 0.00001, '< 0.01 %'],
    [shareText, 0.0004, '0.04 %'],
    [shareText, 0.00248, '0.25 %'],
    [shareText, 0.43, '43 %'],
    [shareText, 0.9996, '99.9 %'],
    [shareText, 1, '100 %'],
    [shareText, Number.NaN, '–'],
    [durationText, 0, '0 ms'],
    [durationText, 0.42, '0.4 ms'],
    [durationText, 412, '412 ms'],
    [durationText, 125_000, '2 m 05 s'],
    [durationText, Number.POSITIVE_INFINITY, '–'],
  ] as const)('%o writes %d as %j', (write, number, expected) => {
    expect(write(number)).toBe(expected)
  })
})

it.each([
  [97.06, 104.2, '97.1 – 104 ms'],
  [1_581, 1_640, '1.58 – 1.64 s'],
  [20_000, 21_000, '20.0 – 21.0 s'],
  [58_000, 62_000, '58.0 s – 1 m 02 s'],
  [Number.NaN, 5, '– – 5.0 ms'],
])('from %d to %d ms are %j', (from, to, expected) => {
  expect(rangeText(from, to)).toBe(expected)
})

describe('numbers to be drawn', () => {
  it('are finite and not below zero', () => {
    expect([3, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined].map(drawable)).toEqual([
      3,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(largest([1, Number.NaN, 7, Number.POSITIVE_INFINITY, null])).toBe(7)
    expect(largest([])).toBe(0)
  })
})
it('reads a moment for people and for machines', () => {
  expect(momentOf('2026-11-20T10:52:00.000Z')).toEqual({
    text: '20 November 2026 at 10:52 UTC',
    iso: '2026-11-20T10:52:00.000Z',
  })
  expect(momentOf('2026-11-20T23:30:00-02:00')?.text).toBe('21 November 2026 at 01:30 UTC')
})

it.each(['', 'soon', '1', 'x1', '2026-13-40T00:00:00Z', '2026-11-20T10:52:00Z<script>'])('finds none in %j', (text) => {
  expect(momentOf(text)).toBeUndefined()
})
