import { expect, it } from 'vitest'
import { resultOf } from '../../test/stores/stored.ts'
import { SliceRecorder } from './slice-recorder.ts'

function recorded() {
  const status = { inFlight: 0, concurrency: 20, waits: new Map<string, number>() }
  const recorder = new SliceRecorder({ createdAt: 1_000, status: () => status })
  return { status, recorder }
}

it('gives each second of a run when it is over, and the last one at the end', () => {
  const { status, recorder } = recorded()
  status.inFlight = 7
  status.waits.set('rate 10/s', 120.4)
  recorder.add(resultOf(0, { settledAt: 1_100, timing: [0, 0, 0, 0, 0, 40] }))
  recorder.add(resultOf(1, { settledAt: 1_200, timing: [0, 0, 0, 0, 0, 90] }))
  recorder.add(resultOf(2, { settledAt: 1_900, ok: false, throttled: 2, timing: [0, 0, 0, 0, 0, 60] }))
  expect(recorder.take(1_950)).toEqual([])
  status.inFlight = 3
  status.waits.set('rate 10/s', 300)
  expect(recorder.take(2_200)).toEqual([
    {
      at: 1_000,
      ms: 1_000,
      succeeded: 2,
      failed: 1,
      throttled: 2,
      durations: [[365, 3]],
      inFlight: 7,
      limit: 20,
      waits: { 'rate 10/s': 120 },
      slowest: [
        [1, 90],
        [2, 60],
      ],
    },
  ])
  expect(recorder.end()).toBe(true)
  expect(recorder.take(2_500)).toMatchObject([{ at: 2_000, succeeded: 0, inFlight: 3, waits: { 'rate 10/s': 180 } }])
  expect(recorder.end()).toBe(false)
})

it('keeps minutes after the first hour of a run and hours after its first day, so that a week has 5,000 slices', () => {
  const { recorder } = recorded()
  const lengths: number[] = []
  let slices = 0
  for (let at = 1_000; at <= 7 * 86_400_000; at += 1_000) {
    for (const { ms } of recorder.take(at)) {
      slices++
      if (lengths.at(-1) !== ms) lengths.push(ms)
    }
  }
  expect(lengths).toEqual([1_000, 60_000, 3_600_000])
  expect(slices).toBeLessThan(5_200)
})

it('continues adding to a slice when the clock is set back', () => {
  const { recorder } = recorded()
  recorder.add(resultOf(0, { settledAt: 5_500 }))
  recorder.add(resultOf(1, { settledAt: 2_000 }))
  recorder.end()
  expect(recorder.take(2_100)).toMatchObject([{ at: 5_000, succeeded: 2 }])
})
