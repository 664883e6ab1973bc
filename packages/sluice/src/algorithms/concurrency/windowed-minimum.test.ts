import fc from 'fast-check'
import { expect, it } from 'vitest'
import { WindowedMinimum } from './epoch.ts'

it('is infinity before the first value', () => {
  expect(new WindowedMinimum().value).toBe(Number.POSITIVE_INFINITY)
})

it('is the smallest of what was added within the window, whatever was added when', () => {
  const steps = fc.array(fc.record({ pause: fc.nat(50), value: fc.nat(20) }), { minLength: 1 })
  fc.assert(
    fc.property(steps, (additions) => {
      const minimum = new WindowedMinimum()
      const all: { at: number; value: number }[] = []
      let now = 0
      for (const { pause, value } of additions) {
        now += pause
        all.push({ at: now, value })
        minimum.add(now, value, 100)
        expect(minimum.value).toBe(Math.min(...all.filter(({ at }) => at >= now - 100).map(({ value }) => value)))
      }
    }),
  )
})
