import { expect, it } from 'vitest'
import type { RunSeries } from '../run-report.ts'
import { thinSeries } from './thin-series.ts'

function series(count: number): RunSeries {
  const numbers = Array.from({ length: count }, (_, index) => index)
  return {
    sliceMs: 500,
    succeeded: numbers.map(() => 10),
    failed: numbers.map((index) => index % 2),
    throttled: numbers.map(() => 0),
    p50Ms: numbers.map((index) => (index === 1 ? null : 100 + index)),
    p95Ms: numbers.map((index) => (index === 1 ? null : 200 + index)),
    p99Ms: numbers.map((index) => (index === 1 ? null : 300 + index)),
    times: numbers.map(() => [[16, 2]]),
  }
}

it('turns counts into rates, slice by slice', () => {
  expect(thinSeries(series(2), 1_000)).toEqual([
    {
      fromMs: 0,
      toMs: 500,
      succeeded: 20,
      failed: 0,
      throttled: 0,
      p50Ms: 100,
      p95Ms: 200,
      p99Ms: 300,
      times: new Map([[16, 2]]),
    },
    {
      fromMs: 500,
      toMs: 1_000,
      succeeded: 20,
      failed: 2,
      throttled: 0,
      p50Ms: undefined,
      p95Ms: undefined,
      p99Ms: undefined,
      times: new Map([[16, 2]]),
    },
  ])
})

it('takes slices together if there are too many, with the mean of the medians and the highest 95th and 99th percentiles', () => {
  const points = thinSeries(series(400), 200_000)
  expect(points).toHaveLength(134)
  expect(points[0]).toEqual({
    fromMs: 0,
    toMs: 1_500,
    succeeded: 20,
    failed: 1 / 1.5,
    throttled: 0,
    p50Ms: 101,
    p95Ms: 202,
    p99Ms: 302,
    times: new Map([[16, 6]]),
  })
  expect(points.at(-1)).toMatchObject({ fromMs: 199_500, toMs: 200_000 })
})

it('counts the last slice as long as the run went on in it, and at least half', () => {
  expect(thinSeries(series(2), 900).at(-1)).toMatchObject({ toMs: 900, succeeded: 25 })
  expect(thinSeries(series(2), 501).at(-1)).toMatchObject({ toMs: 750, succeeded: 40 })
})

it('tolerates lists of different lengths, invalid numbers, and a slice without length', () => {
  const broken = { ...series(3), failed: [1], succeeded: [Number.NaN, -4, 5], sliceMs: 0 }
  expect(thinSeries(broken, Number.NaN).map(({ succeeded, failed, toMs }) => [succeeded, failed, toMs])).toEqual([
    [0, 1, 1_000],
    [0, 0, 2_000],
    [5, 0, 3_000],
  ])
})

it('takes slices of less than a second together, once there are enough of them', () => {
  expect(thinSeries({ ...series(100), sliceMs: 200 }, 20_000)[0]).toMatchObject({
    fromMs: 0,
    toMs: 1_000,
    succeeded: 50,
  })
  expect(thinSeries({ ...series(20), sliceMs: 200 }, 4_000)).toHaveLength(20)
})

it('merges a part of the time into shorter steps, and none beyond the run', () => {
  const long = { ...series(4_000), sliceMs: 1_000 }
  expect(thinSeries(long, 4_000_000)[0]).toMatchObject({ fromMs: 0, toMs: 25_000 })
  const part = thinSeries(long, 4_000_000, { fromMs: 1_000_500, toMs: 1_009_500 })
  expect(part.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual(
    Array.from({ length: 10 }, (_, place) => [1_000_000 + place * 1_000, 1_001_000 + place * 1_000]),
  )
  expect(thinSeries(long, 4_000_000, { fromMs: 5_000_000, toMs: 6_000_000 })).toEqual([])
})
