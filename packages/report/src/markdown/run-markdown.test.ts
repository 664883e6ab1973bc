import { expect, it } from 'vitest'
import { sparkline } from './run-markdown.ts'

it('draws numbers as letters, the highest one full, and nothing as a dot', () => {
  expect(sparkline([0, 1, 2, 4, 8])).toBe('·▂▃▅█')
  expect(sparkline([3, 3])).toBe('██')
  expect(sparkline([0, 0])).toBe('··')
  expect(sparkline([Number.NaN, 1])).toBe('·█')
  expect(sparkline([])).toBe('')
})
