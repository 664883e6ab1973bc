import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SlidingCounts } from './sliding-counts.ts'

it('has no failures among nothing', () => {
  expect(new SlidingCounts(10_000).summary(123)).toEqual({ count: 0, failureRatio: 0 })
})

it('counts the slice of now and the nine before, whatever was added when', () => {
  const steps = fc.array(
    fc.record({ pause: fc.oneof(fc.nat(500), fc.nat(15_000)), outcome: fc.constantFrom('success', 'failure') }),
  )
  fc.assert(
    fc.property(steps, fc.nat(20_000), (additions, start) => {
      const counts = new SlidingCounts(10_000)
      const all: { at: number; outcome: string }[] = []
      let now = start
      for (const { pause, outcome } of additions) {
        now += pause
        all.push({ at: now, outcome })
        counts.add(now, outcome as 'success' | 'failure')
        const inside = all.filter(({ at }) => Math.floor(at / 1_000) > Math.floor(now / 1_000) - 10)
        const failures = inside.filter(({ outcome }) => outcome === 'failure').length
        expect(counts.summary(now)).toEqual({ count: inside.length, failureRatio: failures / inside.length })
      }
    }),
  )
})
