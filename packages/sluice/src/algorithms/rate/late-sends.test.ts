import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LateSends } from './late-sends.ts'

it('owes nothing for sends within the slack, and a permit for each that was overdue at the same time', () => {
  const late = new LateSends(1_000, 15)
  expect(late.left(100, 115, 1)).toBe(false)
  expect(late.owed(120)).toBe(0)
  for (const permitAt of [120, 121, 122]) expect(late.left(permitAt, 160, 1)).toBe(true)
  expect(late.owed(160)).toBe(3)
})

it('counts permits that were lost afterwards, and forgets a window later', () => {
  const late = new LateSends(1_000, 15)
  for (const permitAt of [120, 121, 122]) late.left(permitAt, 160, 1)
  late.lost(100, 3, 1)
  expect(late.owed(200)).toBe(3)
  late.lost(300, 2, 10)
  expect(late.owed(400)).toBe(1)
  expect(late.owed(1_170)).toBe(0)
})

it('owes the longest backlog once in each window, not the sum of all', () => {
  const late = new LateSends(1_000, 10)
  for (let stall = 0; stall < 5; stall++) {
    for (let call = 0; call < 4 + stall; call++) late.left(stall * 100, stall * 100 + 50, 1)
  }
  expect(late.owed(500)).toBe(8)
})

it('keeps the sends of every window within its permits, whatever the stalls', () => {
  const stall = fc.record({ from: fc.integer({ min: 0, max: 4_000 }), length: fc.integer({ min: 1, max: 300 }) })
  fc.assert(
    fc.property(fc.array(stall, { maxLength: 12 }), (stalls) => {
      const late = new LateSends(1_000, 20)
      const leaves = (at: number): number =>
        Math.max(at, ...stalls.filter((s) => at >= s.from).map((s) => Math.min(s.from + s.length, at + s.length)))
      const sends: number[] = []
      const underWay: { readonly at: number; readonly leftAt: number }[] = []
      for (let at = 0; at < 6_000; at += 10) {
        while (underWay[0] !== undefined && underWay[0].leftAt < at) {
          const { at: permitAt, leftAt } = underWay.shift()!
          late.left(permitAt, leftAt, 1)
        }
        if (late.owed(at) > 0) late.lost(at, 1, 0)
        else {
          sends.push(leaves(at))
          underWay.push({ at, leftAt: leaves(at) })
        }
      }
      sends.sort((a, b) => a - b)
      // 100 permits a window, two of which the slack adds, and the one on the edge.
      for (let index = 103; index < sends.length; index++) {
        expect(sends[index]! - sends[index - 103]!).toBeGreaterThanOrEqual(1_000)
      }
    }),
    { numRuns: 40 },
  )
})
