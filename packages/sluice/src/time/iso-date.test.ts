import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isoDate } from './iso-date.ts'

it.each([
  [Date.UTC(2026, 10, 20, 12), '2026-11-20T12:00:00.000Z'],
  [0, '1970-01-01T00:00:00.000Z'],
  [8.64e15 + 1, '+275760-09-13T00:00:00.000Z'],
  [Number.POSITIVE_INFINITY, '+275760-09-13T00:00:00.000Z'],
  [Number.NEGATIVE_INFINITY, '-271821-04-20T00:00:00.000Z'],
  [Number.NaN, '+275760-09-13T00:00:00.000Z'],
])('writes %d as %s', (at, text) => {
  expect(isoDate(at)).toBe(text)
})

it('writes every number as a date that can be read again', () => {
  fc.assert(fc.property(fc.double(), (at) => !Number.isNaN(Date.parse(isoDate(at)))))
})

it('writes what toISOString writes, for dates in any order', () => {
  const near = fc.integer({ min: -3_000, max: 3_000 }).map((tenths) => tenths / 10)
  const moment = fc.tuple(fc.constantFrom(0, Date.UTC(2026, 10, 20), 253_402_300_800_000), near)
  fc.assert(
    fc.property(fc.array(moment), (moments) => {
      for (const [base, offset] of moments) expect(isoDate(base + offset)).toBe(new Date(base + offset).toISOString())
    }),
  )
})
