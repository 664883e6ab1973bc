import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../random/random.ts'
import { ManualClock } from '../../../testing/manual-clock.ts'
import { MemorySharedLimits } from '../../../testing/memory-shared-limits.ts'
import { queueOf, type WaitingRoom, waitingRoom } from '../../../testing/waiting-room.ts'
import type { Clock } from '../../../time/clock.ts'
import { SharedGates } from './shared-gates.ts'

interface Conditions {
  /** Delay in ms of each process's messages to and from the source, to which up to `waySpread` is added. */
  readonly ways: readonly (readonly [to: number, from: number])[]
  readonly waySpread: number
  /** Delay in ms of timers, up to which any timer is late. */
  readonly timers: number
  /** Length and distance in ms of the times for which each process does nothing. */
  readonly stall: number
  readonly stallEvery: number
  /** Delay in ms, up to which a request is late at the server. */
  readonly arrival: number
}

/** Clocks of the four processes, in ms before or after that of the source. */
const offsets = [0, 5_000, -70_000, 123_456]

/**
 * Conditions at the bound of docs/shared-limits.md, 10 ms: the ways there and back differ by up to 4 ms, which puts the clocks
 * of two processes up to 4 ms apart, requests arrive up to 4 ms late, and timers have a resolution.
 */
function conditions(seed: number, others: Pick<Conditions, 'timers' | 'stall'>): Conditions {
  const random = seededRandom(seed)
  const ways = offsets.map(() => {
    const distance = [3, 12, 52][Math.floor(random() * 3)]!
    const skew = 4 * random() - 2
    return [distance + skew, distance - skew] as const
  })
  return { ways, waySpread: 20 * random(), stallEvery: 500 + 1_000 * random(), arrival: 4, ...others }
}

/** When a server sees the requests of four processes that always have something to send. */
async function seenFrom(count: number, seconds: number, of: Conditions): Promise<readonly number[]> {
  const random = seededRandom(count)
  const clock = new ManualClock()
  const way = (name: string, isBack: boolean): number =>
    of.ways[Number(name)]![isBack ? 1 : 0] + of.waySpread * random()
  const memory = new MemorySharedLimits({ clock, way })
  const rooms = offsets.map((offset, index) => {
    const stalledFor = (): number =>
      Math.max(0, of.stall - ((clock.now() + 237 * index) % (of.stallEvery + 31 * index)))
    const ownClock: Clock = {
      now: () => clock.now() + offset,
      wallTime: () => clock.wallTime() + offset,
      timer: (delay, fire) =>
        clock.timer(delay, () => {
          const late = Math.max(stalledFor(), of.timers * random())
          if (late > 0) clock.timer(late, fire)
          else fire()
        }),
    }
    const shared: SharedGates = new SharedGates({
      limits: memory.join(String(index)),
      clock: ownClock,
      burst: 1,
      wake: (partition) => room.admission.wake(partition),
      waiting: (partition) => room.admission.waitingIn(partition),
      receive: () => true,
    })
    const gates = shared.rates([{ count, per: 1_000 }], undefined)
    const late = { connect: stalledFor, way: () => of.arrival * random() }
    const room: WaitingRoom = waitingRoom({ clock, ownClock, service: 20, shared: gates, ...late })
    return room
  })
  for (const room of rooms) room.submit(queueOf('api', count * seconds))
  await clock.advance(seconds * 1_000)
  return rooms.flatMap(({ sent }) => sent.map(({ seenAt }) => seenAt)).sort((a, b) => a - b)
}

const usedOf = (seen: readonly number[], count: number): number => {
  const settled = seen.filter((at) => at >= 1_000)
  return ((settled.length - 1) * 1_000) / (settled.at(-1)! - settled[0]!) / count
}
/** Longer for slow rates: each process finds out with its first calls how late its requests are. */
const secondsOf = (count: number): number => (count > 100 ? 5 : Math.max(12, 120 / count))
const spans = (seen: readonly number[], count: number): number[] =>
  seen.slice(count).map((at, index) => at - seen[index]!)

const rates = [10, 15, 20, 35, 100, 1_000]

describe('a rate of four processes with wrong clocks, at different distances from the source', () => {
  it.each([2, 5, ...rates])('is exceeded in no second of the server, and 95 percent are used: %i/s', async (count) => {
    for (const [seed, timers] of [0, 2, 5, 9].entries()) {
      const seen = await seenFrom(count, secondsOf(count), conditions(seed + 1, { timers, stall: 0 }))
      expect(Math.min(...spans(seen, count))).toBeGreaterThanOrEqual(1_000)
      expect(usedOf(seen, count)).toBeGreaterThan(count > 5 ? 0.95 : 0.9)
    }
  })

  it.each([10, 15, 20, 35])('is used by 95 percent while timers are up to 25 ms late: %i/s', async (count) => {
    const seen = await seenFrom(count, secondsOf(count), { ...conditions(21, { timers: 25, stall: 0 }), arrival: 2 })
    expect(usedOf(seen, count)).toBeGreaterThan(0.95)
  })

  it.each([2, 5, ...rates])('is exceeded in no second of the server while processes stall: %i/s', async (count) => {
    // If a window has so few calls, all its permits may be granted when one is used late.
    const most = count <= 5 ? count + 1 : count
    for (const [seed, stall] of [40, 80, 150, 300].entries()) {
      const seen = await seenFrom(count, secondsOf(count), conditions(seed + 11, { timers: 20, stall }))
      expect(Math.min(...spans(seen, most))).toBeGreaterThanOrEqual(1_000)
    }
  })
})
