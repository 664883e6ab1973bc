import { Cancellation, waitFor } from 'sluice/internal'
import { ManualClock } from 'sluice/testing'
import { expect, it } from 'vitest'
import { every } from '../../src/refresh/every.ts'

function setup(random: () => number, work: (round: number, clock: ManualClock) => Promise<unknown> = async () => {}) {
  const clock = new ManualClock()
  const begun: number[] = []
  const errors: unknown[] = []
  const round = () => work(begun.push(clock.now()), clock)
  const schedule = every('10min', round, { clock, random, onError: (error) => errors.push(error) })
  return { clock, begun, errors, schedule }
}

const wait = (clock: ManualClock, ms: number) => waitFor(clock, ms, new Cancellation())

it.each([
  [0, [0, 540_000, 1_080_000]],
  [0.5, [0, 600_000, 1_200_000]],
  [1, [0, 660_000, 1_320_000]],
])('runs the work at once, then after each interval with 10 %% jitter: %d', async (chance, expected) => {
  const { clock, begun, schedule } = setup(() => chance)
  await clock.advance(1_400_000)
  expect(begun).toEqual(expected)
  await schedule.stop()
  expect(clock.pending).toBe(0)
})

it('counts the interval from the end of a round, so that rounds never overlap', async () => {
  const { clock, begun, schedule } = setup(
    () => 0.5,
    (_round, clock) => wait(clock, 900_000),
  )
  await clock.advance(1_600_000)
  expect(begun).toEqual([0, 1_500_000])
  await clock.runUntilSettled(schedule.stop())
})

it('reports a round that throws, and starts the next one', async () => {
  const { clock, begun, errors, schedule } = setup(
    () => 0.5,
    async () => {
      throw new Error('oops')
    },
  )
  await clock.advance(600_000)
  expect([begun.length, errors]).toEqual([2, [new Error('oops'), new Error('oops')]])
  await schedule.stop()
})

it('waits for the running round when stopped, and starts no other', async () => {
  let ended = 0
  const { clock, begun, schedule } = setup(
    () => 0.5,
    async (_round, clock) => {
      await wait(clock, 5_000)
      ended++
    },
  )
  await clock.advance(1_000)
  await clock.runUntilSettled(schedule.stop())
  expect([clock.now(), ended, begun, clock.pending]).toEqual([5_000, 1, [0], 0])
})

it.each([
  ['0ms', 0.1, 'interval'],
  ['soon', 0.1, 'interval'],
  ['1h', 2, 'jitter'],
])('rejects an interval of %s with a jitter of %d', (interval, jitter, name) => {
  const begin = () => every(interval, async () => {}, { jitter, onError() {}, clock: new ManualClock() })
  expect(begin).toThrow(new RegExp(`^${name}`))
})
