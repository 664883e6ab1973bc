import { expect, it } from 'vitest'
import { matches } from './story.ts'

const text = 'Ostrey bakers raise wages in the North'

it.each([
  ['', true],
  ['WAGES north', true],
  ['wages AND north', true],
  ['wages south', false],
  ['"raise wages"', true],
  ['"wages raise"', false],
  ['wages NOT north', false],
  ['wages -south', true],
  ['-"raise wages"', false],
  ['south OR bakers', true],
  ['south OR east', false],
  ['+bakers', true],
])('a query for %j is answered with %s', (query, expected) => {
  expect(matches(query, text)).toBe(expected)
})
