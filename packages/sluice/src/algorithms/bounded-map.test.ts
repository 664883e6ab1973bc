import { expect, it } from 'vitest'
import { BoundedMap } from './bounded-map.ts'

it('drops the entry that was set longest ago once it has more than its limit', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1).set('b', 2).set('a', 3).set('c', 4)
  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ])
})

it('makes a missing value once', () => {
  const map = new BoundedMap<string, number[]>(2)
  const made = map.getOrMake('a', () => [])
  expect(map.getOrMake('a', () => [])).toBe(made)
})
