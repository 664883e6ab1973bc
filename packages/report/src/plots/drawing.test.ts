import { expect, it } from 'vitest'
import { byNumber } from './drawing.ts'

it('lays points on the straight line by number, evenly by doublings', () => {
  const points = byNumber([
    { count: 1, value: 10 },
    { count: 4, value: 40 },
  ])
  expect(points).toHaveLength(17)
  expect(points[8]).toEqual({ count: 2, value: 20 })
  expect(points.at(-1)).toEqual({ count: 4, value: 40 })
})

it('leaves what cannot lie on such an axis as it is', () => {
  expect(byNumber([])).toEqual([])
  expect(byNumber([{ count: 3, value: 1 }])).toEqual([{ count: 3, value: 1 }])
  expect(
    byNumber([
      { count: 0, value: 1 },
      { count: 2, value: 1 },
    ]),
  ).toHaveLength(2)
})
