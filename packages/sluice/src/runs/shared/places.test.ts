import { expect, it } from 'vitest'
import { dividePlaces } from './places.ts'

const idle = { priority: 0, inFlight: 0, allowed: 5, most: 10 }
const busy = { priority: 0, inFlight: 5, allowed: 5, most: 100 }

it('gives what slow runs do not fill to the run that fills its places', () => {
  const slow = Array.from({ length: 20 }, () => idle)
  const [fast, ...rest] = dividePlaces(100, [busy, ...slow])
  expect(fast).toBe(80)
  expect(rest).toEqual(slow.map(() => 1))
})

it('divides evenly among runs that fill their places, and keeps to the most of each', () => {
  expect(dividePlaces(100, [busy, busy, { ...busy, most: 8 }])).toEqual([46, 46, 8])
})

it('serves a higher priority first, and leaves one place to each of the others', () => {
  expect(dividePlaces(10, [busy, { ...busy, priority: 5 }, busy])).toEqual([1, 8, 1])
})

it('divides places that nobody fills, so that a run that begins to need them has some', () => {
  expect(dividePlaces(10, [idle, idle])).toEqual([5, 5])
})

it('never gives more than there are, if there is one for each', () => {
  for (let runs = 1; runs <= 12; runs++) {
    const wishes = Array.from({ length: runs }, (_, index) => ({ ...busy, priority: index % 3 }))
    expect(dividePlaces(12, wishes).reduce((sum, one) => sum + one)).toBe(12)
  }
})
