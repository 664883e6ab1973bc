import { describe, expect, it } from 'vitest'
import type { Rate } from '../../../algorithms/rate/rate.ts'
import { PermitLedger, sharedPace } from '../../../algorithms/rate/shared-pace.ts'
import { ManualClock } from '../../../testing/manual-clock.ts'
import { queueOf, waitingRoom } from '../../../testing/waiting-room.ts'
import { Cancellation } from '../../../time/cancellation.ts'
import { waitFor } from '../../../time/sleep.ts'
import { ConcurrencyGate, HoldGate } from '../gates/concurrency-gate.ts'
import { SlicedRateGate } from './sliced-rate-gate.ts'

/** A room with one shared rate, whose permits take 10 ms to come. */
function roomWith(rate: Rate) {
  const ledger = new PermitLedger(sharedPace(rate, 1))
  const asked: number[] = []
  const state = { isDown: false }
  const hold = new HoldGate()
  let wake = () => {}
  let clock = new ManualClock()
  const source = {
    reserve: async (units: number) => {
      asked.push(units)
      await waitFor(clock, 5, new Cancellation())
      if (state.isDown) throw new Error('nobody answers')
      const at = clock.now()
      const granted = ledger.reserve(at, units)
      await waitFor(clock, 5, new Cancellation())
      return { at, ...granted }
    },
  }
  const late = { now: () => clock.now(), wallTime: () => clock.wallTime(), timer: clock.timer.bind(clock) }
  const gate = new SlicedRateGate({ rate, source, clock: late, active: () => 1, onChange: () => wake() })
  const room = waitingRoom({ shared: [hold, gate, new ConcurrencyGate('concurrency', 1_000)], service: 20 })
  clock = room.clock
  wake = () => room.admission.wake()
  return { room, asked, state, hold, gate }
}

describe('a rate in slices', () => {
  it('sends nothing without a permit, and then evenly, with no pause between slices', async () => {
    const { room, asked } = roomWith({ count: 100, per: 1_000 })
    room.submit(queueOf('a', 150))
    await room.clock.advance(1_010)

    const at = room.sent.map((sent) => sent.at)
    expect(at[0]).toBe(10)
    expect(at.length).toBeGreaterThanOrEqual(98)
    // The permits of the first two answers begin before these have come.
    const gaps = at.slice(3).map((moment, index) => moment - at[index + 2]!)
    expect(Math.min(...gaps)).toBeGreaterThan(10)
    expect(Math.max(...gaps)).toBeLessThan(10.3)
    // A tenth of a second at a time.
    expect(Math.max(...asked)).toBe(10)
    expect(asked.length).toBeLessThanOrEqual(14)
  })

  it('asks for no more than there is use for', async () => {
    const { room, asked } = roomWith({ count: 1_000, per: 1_000 })
    room.submit(queueOf('a', 3))
    await room.clock.advance(1_000)
    expect(room.sent).toHaveLength(3)
    expect(asked.reduce((sum, units) => sum + units, 0)).toBeLessThanOrEqual(8)
  })

  it('requests nothing while another gate holds everybody, and forfeits what it has', async () => {
    const { room, asked, hold, gate } = roomWith({ count: 100, per: 1_000 })
    hold.isHeld = true
    room.submit(queueOf('a', 10))
    await room.clock.advance(1_000)
    expect(asked).toEqual([])

    hold.isHeld = false
    room.admission.wake()
    await room.clock.advance(11)
    hold.isHeld = true
    await room.clock.advance(1_100)
    expect(gate.isFresh(room.clock.now())).toBe(true)
  })

  it('lets a call of more weight than a slice go, and takes all its permits', async () => {
    const { room } = roomWith({ count: 100, per: 1_000 })
    room.submit([{ partition: 'a', weight: 40 }, { partition: 'a' }])
    await room.clock.advance(1_000)
    expect(room.sent[0]!.at).toBe(10)
    expect(room.sent[1]!.at).toBeGreaterThanOrEqual(400)
  })

  it('admits nothing without a response, asks again with growing pauses, and continues', async () => {
    const { room, asked, state } = roomWith({ count: 100, per: 1_000 })
    state.isDown = true
    room.submit(queueOf('a', 10))
    await room.clock.advance(10_000)
    expect(room.sent).toEqual([])
    expect(asked.length).toBeLessThan(12)
    state.isDown = false
    await room.clock.advance(3_000)
    expect(room.sent).toHaveLength(10)
    expect(room.clock.pending).toBe(0)
  })

  it('spends a quota as it is wanted, and waits for what is left of the window', async () => {
    const { room } = roomWith({ count: 30, per: 3_600_000 })
    room.submit(queueOf('a', 40))
    await room.clock.advance(60_000)
    expect(room.sent).toHaveLength(30)
    await room.clock.advance(3_600_000)
    expect(room.sent.length).toBe(30)
    await room.clock.advance(120_000)
    expect(room.sent).toHaveLength(40)
  })
})
