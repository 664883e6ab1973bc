import { expect } from 'vitest'
import { type ParsedPage, textOf } from '../../../test/pages/parsed-page.ts'

/** No number that is none reaches the page, and no position that cannot be drawn. */
export function expectSound({ problems, elements, all }: ParsedPage): void {
  expect(problems).toEqual([])
  expect(textOf(all('body')[0])).not.toMatch(/NaN|Infinity|undefined|\[object/)
  for (const { attrs } of elements) {
    for (const { name, value } of attrs)
      if (name !== 'content') expect(value).not.toMatch(/NaN|Infinity|undefined|e\+\d/)
  }
}

/** The same data with one number everywhere. */
export function withAllNumbers(value: unknown, number: number): unknown {
  if (typeof value === 'number') return number
  if (Array.isArray(value)) return value.map((part) => withAllNumbers(part, number))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withAllNumbers(part, number)]))
}
