import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import type { Clock } from './clock.ts'
import { fairTimer } from './fair-timer.ts'

describe('fairTimer', () => {
  it('fires when it is due', async () => {
    const clock = new ManualClock()
    const fired: number[] = []
    fairTimer(clock, 100, () => fired.push(clock.now()))
    await clock.advance(1_000)
    expect([fired, clock.pending]).toEqual([[100], 0])
  })

  it.each([
    [10, [0, 110]],
    [11, [11, 122]],
    [30, [30, 160]],
    [700, [50, 850]],
  ])('gives %i ms of lateness back, up to 50 ms', async (late, [extra, at]) => {
    const clock = new ManualClock()
    const fired: number[] = []
    fairTimer(heldUp(clock, late), 100, () => fired.push(clock.now()))
    await clock.advance(2_000)
    expect([extra, fired]).toEqual([extra, [at]])
  })

  it('can be cancelled, also when it was late', async () => {
    const clock = new ManualClock()
    const fired: number[] = []
    const timer = fairTimer(heldUp(clock, 700), 100, () => fired.push(clock.now()))
    await clock.advance(820)
    timer.cancel()
    await clock.advance(1_000)
    expect([fired, clock.pending]).toEqual([[], 0])
  })
})

/** A clock whose first timer fires late, as if the event loop were busy. */
function heldUp(clock: ManualClock, late: number): Clock {
  let isFirst = true
  return {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    timer(delay, fire) {
      const more = isFirst ? late : 0
      isFirst = false
      return clock.timer(delay + more, fire)
    },
  }
}
