import { expect, it } from 'vitest'
import { restored, storable } from './storable-text.ts'

it.each([
  ['plain', 'plain'],
  ['\u0000 and \u001a', '\u0000 and \u001a'],
  ['half \ud800 of a pair', 'half \ufffd of a pair'],
])('keeps %j in such a way that PostgreSQL takes it', (text, back) => {
  const kept = storable(text)
  expect(kept.includes('\0')).toBe(false)
  expect(kept.isWellFormed()).toBe(true)
  expect(restored(kept)).toBe(back)
})
