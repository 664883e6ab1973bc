import { expect, it } from 'vitest'
import { Baseline } from './baseline.ts'
import type { RoundTrips } from './epoch.ts'

const trips = (typical: number, error = 1.05, count = 100): RoundTrips => ({
  count,
  mean: typical,
  typical,
  error,
  spread: 0.5,
})

it('takes the first epoch, and averages epochs that drained the queue', () => {
  const baseline = new Baseline()
  expect(baseline.value).toBe(Number.POSITIVE_INFINITY)
  baseline.add(trips(100), false)
  baseline.add(trips(110), true)
  expect(baseline.value).toBeCloseTo(Math.sqrt(100 * 110))
})

it('ignores slower epochs that did not drain the queue, and takes those that are faster beyond doubt', () => {
  const baseline = new Baseline()
  baseline.add(trips(100), false)
  baseline.add(trips(150), false)
  expect(baseline.value).toBeCloseTo(100)
  baseline.add(trips(50), false)
  expect(baseline.value).toBeCloseTo(50)
})

it('doubts itself only if half the limit hardly shortened round trips', () => {
  const baseline = new Baseline()
  baseline.add(trips(100), false)
  baseline.doubt(400, trips(210))
  expect(baseline.value).toBeCloseTo(100)
  baseline.doubt(400, trips(390))
  expect(baseline.value).toBeCloseTo(390)
})

it("estimates the number in service by Little's law, and a short queue", () => {
  const baseline = new Baseline()
  baseline.add({ ...trips(100), spread: 0 }, false)
  const { best, highest } = baseline.estimate(16, { ...trips(200, 1), spread: 0 })
  expect(best).toBeCloseTo(8 * 1.12 + 0.75)
  expect(highest).toBeCloseTo(best)
})
