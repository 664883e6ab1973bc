import { expect, it } from 'vitest'
import { countText } from './text.ts'

it.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1,000'],
  [12_345, '12,345'],
  [100_000, '100,000'],
  [1_234_567, '1,234,567'],
  [Number.MAX_SAFE_INTEGER, '9,007,199,254,740,991'],
])('writes the count %i in groups of three digits', (count, text) => {
  expect(countText(count)).toBe(text)
})
