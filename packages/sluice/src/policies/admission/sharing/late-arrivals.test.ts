import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../random/random.ts'
import { ManualClock } from '../../../testing/manual-clock.ts'
import { MemorySharedLimits } from '../../../testing/memory-shared-limits.ts'
import { queueOf, type Sent, type WaitingRoom, waitingRoom } from '../../../testing/waiting-room.ts'
import type { Clock } from '../../../time/clock.ts'
import { SharedGates } from './shared-gates.ts'

const hosts = Array.from({ length: 5 }, (_, index) => `host${index}`)

interface Lateness {
  readonly connect?: number
  readonly way?: number
  /** Every tenth of the other requests is up to so late at the server. */
  readonly now?: number
  /** Timers of each process are up to so late. */
  readonly timers?: number
  /** @default 1 */
  readonly places?: number | undefined
}

/**
 * When a server saw the requests to each host, from processes with a rate and one place for each host. The first request of
 * a process to a host is late: its connection is new.
 */
async function seenFrom(count: number, calls: readonly number[], lateness: Lateness) {
  const { connect = 0, way = 0, now = 0, timers = 0, places = 1 } = lateness
  const random = seededRandom(1)
  const clock = new ManualClock()
  const memory = new MemorySharedLimits({ clock, way: () => 3 })
  const rooms = calls.map((_, index): WaitingRoom => {
    const ownClock: Clock = {
      now: () => clock.now(),
      wallTime: () => clock.wallTime(),
      timer: (delay, fire) => clock.timer(delay + (timers > 0 ? random() * timers : 0), fire),
    }
    const shared: SharedGates = new SharedGates({
      limits: memory.join(`process ${index}`),
      clock: ownClock,
      burst: 1,
      perPartition: places,
      wake: (partition) => room.admission.wake(partition),
      waiting: (partition) => room.admission.waitingIn(partition),
      receive: () => true,
    })
    const connected = new Set<string>()
    const isFirst = ({ partition }: Sent): boolean => !connected.has(partition)
    const room: WaitingRoom = waitingRoom({
      clock,
      ownClock,
      service: 100,
      own: (partition) => [
        ...shared.rates([{ count, per: 1_000 }], partition),
        shared.concurrency('concurrency per host', places, partition),
      ],
      connect: (sent) => (isFirst(sent) ? connect : 0),
      way: (sent) => {
        const took = isFirst(sent) ? way : random() < 0.1 ? random() * now : 0
        connected.add(sent.partition)
        return took
      },
    })
    return room
  })
  for (const [index, room] of rooms.entries()) room.submit(hosts.flatMap((host) => queueOf(host, calls[index]!)))
  await clock.advance(20_000)
  return hosts.map((host) =>
    rooms
      .flatMap(({ sent }) => sent.filter(({ partition }) => partition === host).map(({ seenAt }) => seenAt))
      .sort((a, b) => a - b),
  )
}

describe('a shared rate of each host, with new connections that are late', () => {
  it.each<[string, number, readonly number[], Lateness]>([
    ['2/s, late in connecting', 2, [12], { connect: 150 }],
    ['2/s, late at the server', 2, [12], { connect: 1, way: 150 }],
    ['5/s, late in both', 5, [30], { connect: 80, way: 80 }],
    ['2/s of two processes, late in connecting', 2, [6, 6], { connect: 150 }],
    ['2/s of two processes, late at the server', 2, [6, 6], { connect: 1, way: 150 }],
    ['2/s of two processes, one of which has a single call', 2, [1, 11], { connect: 150 }],
    ['2/s of three processes, two of which have a single call', 2, [1, 1, 10], { connect: 1, way: 150 }],
    ['2/s, some of whose requests are late', 2, [12], { connect: 5, now: 110 }],
    ['2/s of four processes, some of whose requests are late', 2, [3, 3, 3, 3], { connect: 5, now: 110 }],
    ['10/s of four processes, some of whose requests are late', 10, [15, 15, 15, 15], { connect: 5, now: 50 }],
    ['2/s of four processes whose connections take long', 2, [3, 3, 3, 3], { connect: 150, way: 250, now: 60 }],
    ['5/s of two processes, late in both', 5, [15, 15], { connect: 80, way: 80 }],
  ])('is kept in every window of the server, and used: %s', async (_, count, calls, lateness) => {
    for (const seen of await seenFrom(count, calls, lateness)) {
      const spans = seen.slice(count).map((at, index) => at - seen[index]!)
      expect(Math.min(...spans)).toBeGreaterThanOrEqual(1_000)
      expect(seen).toHaveLength(calls.reduce((sum, one) => sum + one))
      expect(seen.at(-1)! - seen[0]!).toBeLessThan(1_000 * (6 + calls.length))
    }
  })
})

describe('hosts that four processes share', () => {
  const spanOf = (seen: readonly (readonly number[])[]): number =>
    Math.max(...seen.map((of) => of.at(-1)!)) - Math.min(...seen.map((of) => of[0]!))

  it.each([
    ['one place and timers in time', { connect: 10 }, 1.1],
    ['one place and timers up to 25 ms late', { connect: 10, timers: 25 }, 1.1],
    ['one place and timers up to 250 ms late', { connect: 10, timers: 250 }, 1.4],
    ['a place for each and timers up to 15 ms late', { connect: 10, timers: 15, places: 4 }, 1.1],
  ])('are not much slower than those of one process, at 2/s with %s', async (_, lateness, times) => {
    const alone = spanOf(await seenFrom(2, [8], lateness))
    expect(spanOf(await seenFrom(2, [2, 2, 2, 2], lateness))).toBeLessThan(times * alone)
  })

  it('pass the only place of a host on while other processes are not known yet', async () => {
    const alone = spanOf(await seenFrom(1_000, [8], {}))
    expect(spanOf(await seenFrom(1_000, [2, 2, 2, 2], {}))).toBeLessThan(2 * alone)
  })
})

describe('a fast shared rate of processes that stall between a permit and its request', () => {
  it.each([
    [100, 120, 0.75],
    [400, 60, 0.85],
  ])('is exceeded in no second, and used: %i/s, stalls of %i ms', async (count, stall, share) => {
    const clock = new ManualClock()
    const memory = new MemorySharedLimits({ clock, way: () => 3 })
    const rooms = [0, 1, 2, 3].map((index) => {
      const shared: SharedGates = new SharedGates({
        limits: memory.join(`process ${index}`),
        clock,
        burst: 1,
        wake: (partition) => room.admission.wake(partition),
        waiting: (partition) => room.admission.waitingIn(partition),
        receive: () => true,
      })
      const stalledFor = (at: number): number => Math.max(0, stall - ((at + index * 130) % 700))
      const room: WaitingRoom = waitingRoom({
        clock,
        service: 20,
        shared: shared.rates([{ count, per: 1_000 }], undefined),
        connect: ({ at }) => stalledFor(at),
      })
      return room
    })
    for (const room of rooms) room.submit(queueOf('a', count * 2))
    await clock.advance(7_000)
    const seen = rooms.flatMap(({ sent }) => sent.map(({ seenAt }) => seenAt)).sort((a, b) => a - b)
    const spans = seen.slice(count).map((at, index) => at - seen[index]!)
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(1_000)
    expect(seen.filter((at) => at >= 1_000 && at < 6_000).length).toBeGreaterThan(5 * count * share)
  })
})
