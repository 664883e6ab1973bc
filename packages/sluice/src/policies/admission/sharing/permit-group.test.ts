import { describe, expect, it } from 'vitest'
import type { Rate } from '../../../algorithms/rate/rate.ts'
import { ManualClock } from '../../../testing/manual-clock.ts'
import { MemorySharedLimits } from '../../../testing/memory-shared-limits.ts'
import { queueOf, waitingRoom } from '../../../testing/waiting-room.ts'
import { PermitGroup } from './permit-group.ts'
import { SlicedRateGate } from './sliced-rate-gate.ts'

/** Moments at which two processes with the same rates send, each with calls enough. */
async function sendsOfTwo(rates: readonly Rate[], time: number): Promise<readonly number[]> {
  const clock = new ManualClock()
  const memory = new MemorySharedLimits({ clock, way: () => 3 })
  const rooms = ['a', 'b'].map((name) => {
    let wake = (): void => {}
    const onChange = (): void => wake()
    const source = new PermitGroup({ limits: memory.join(name), subject: 'api', burst: 1, clock, onChange })
    const shared = rates.map((rate) => new SlicedRateGate({ rate, source, clock, active: () => 2, onChange }))
    const room = waitingRoom({ shared, service: 20, clock })
    wake = () => room.admission.wake()
    return room
  })
  for (const room of rooms) room.submit(queueOf('api', 500))
  await clock.advance(time)
  return rooms.flatMap(({ sent }) => sent.map(({ at }) => at)).sort((a, b) => a - b)
}

describe('several rates of two processes', () => {
  it.each([
    ['10/s and 300/min', { count: 10, per: 1_000 }, { count: 300, per: 60_000 }, 5],
    ['100/s and 3000/min', { count: 100, per: 1_000 }, { count: 3_000, per: 60_000 }, 50],
  ])('are used to nine tenths and never exceeded: %s', async (_, one, other, perSecond) => {
    const sends = await sendsOfTwo([one, other], 8_000)
    expect(sends.length).toBeGreaterThan(8 * perSecond * 0.9)
    expect(sends.length).toBeLessThanOrEqual(8 * perSecond + 1)
    for (let index = perSecond + 1; index < sends.length; index++) {
      expect(sends[index]! - sends[index - perSecond - 1]!).toBeGreaterThan(1_000 - 6)
    }
  })

  it('spend a quota to its end beside a rate, and reserve none of the rate in vain', async () => {
    const sends = await sendsOfTwo(
      [
        { count: 50, per: 1_000 },
        { count: 60, per: 3_600_000 },
      ],
      10_000,
    )
    expect(sends).toHaveLength(60)
  })
})
