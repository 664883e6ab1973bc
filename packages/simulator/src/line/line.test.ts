import type { Clock } from 'sluice'
import { ManualClock } from 'sluice/testing'
import { describe, expect, it } from 'vitest'
import { TimedLine } from './line.ts'

/** A clock whose timers fire slightly late, as on a real machine. */
function lateBy(milliseconds: number, clock: ManualClock): Clock {
  return {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    timer: (delay, fire) => clock.timer(delay + milliseconds, fire),
  }
}

/** Sends slices one after the other; returns when each one passed. */
function send(line: TimedLine, clock: Clock, bytes: number, times: number): number[] {
  const seen: number[] = []
  const next = () => {
    seen.push(clock.now())
    if (seen.length < times) line.pass(bytes, next)
  }
  line.pass(bytes, next)
  return seen
}

describe('TimedLine', () => {
  it('tells each in turn when its slice has passed, with one timer for all', async () => {
    const clock = new ManualClock()
    const line = new TimedLine(clock, 1_000)
    const [a, b] = [send(line, clock, 10, 3), send(line, clock, 5, 2)]
    expect(clock.pending).toBe(1)
    await clock.advance(100)
    expect(a).toEqual([10, 25, 40])
    expect(b).toEqual([15, 30])
    expect(clock.pending).toBe(0)
  })

  it('keeps its speed although timers are late', async () => {
    const clock = new ManualClock()
    const line = new TimedLine(lateBy(3, clock), 1_000_000)
    const seen = send(line, clock, 16_000, 100)
    await clock.advance(2_000)
    expect(seen.at(-1)).toBe(1_603)
  })

  it('keeps a speed at which many slices pass between two timers', async () => {
    const clock = new ManualClock()
    const line = new TimedLine(lateBy(1, clock), 100_000_000)
    const seen = send(line, clock, 16_000, 1_000)
    await clock.advance(1_000)
    expect(seen).toHaveLength(1_000)
    expect(seen.at(-1)).toBeGreaterThanOrEqual(159.999)
    expect(seen.at(-1)).toBeLessThanOrEqual(161)
  })

  it('does not make up for time in which nobody asked', async () => {
    const clock = new ManualClock()
    const line = new TimedLine(clock, 1_000)
    send(line, clock, 10, 1)
    await clock.advance(15)
    const late = send(line, clock, 10, 1)
    await clock.advance(100)
    expect(late).toEqual([25])
  })

  it('continues with the next when the slice on its way is abandoned, and has no timer when none is left', async () => {
    const clock = new ManualClock()
    const line = new TimedLine(clock, 1_000)
    const told: string[] = []
    const giveUp = ['a', 'b', 'c'].map((name) => line.pass(10, () => told.push(`${name} at ${clock.now()}`)))
    await clock.advance(4)
    giveUp[0]?.()
    await clock.advance(10)
    expect(told).toEqual(['b at 14'])
    giveUp[1]?.()
    giveUp[2]?.()
    expect(clock.pending).toBe(0)
    await clock.advance(100)
    expect(told).toHaveLength(1)
  })

  it('forgets all that wait when it is cleared, and carries who asks afterwards', async () => {
    const clock = new ManualClock()
    const line = new TimedLine(clock, 1_000)
    const forgotten = [send(line, clock, 10, 2), send(line, clock, 10, 2)]
    await clock.advance(5)
    line.clear()
    expect(clock.pending).toBe(0)
    const later = send(line, clock, 10, 1)
    await clock.advance(100)
    expect(forgotten).toEqual([[], []])
    expect(later).toEqual([15])
  })
})
