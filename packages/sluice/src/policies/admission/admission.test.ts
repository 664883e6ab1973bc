import { describe, expect, it } from 'vitest'
import { queueOf, type Sent, waitingRoom } from '../../testing/waiting-room.ts'
import { ConcurrencyGate, HoldGate } from './gates/concurrency-gate.ts'
import type { Gate } from './gates/gate.ts'
import { RateGate } from './gates/rate-gate.ts'

const perSecond = (count: number, burst = 1): Gate => new RateGate({ count, per: 1_000 }, burst)

describe('admission', () => {
  it('never has more in flight than the concurrency limit, and lets the next one go when one has settled', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 3)], service: 100 })

    room.submit(queueOf('a', 9))
    await room.clock.advance(1_000)

    expect(room.mostInFlight).toBe(3)
    expect(room.sent.map(({ at }) => at)).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200])
  })

  it('sends at most 59 in one second after a stall, with 50/s, a burst of 10, and 1,000 waiting', async () => {
    const hold = new HoldGate()
    const room = waitingRoom({
      shared: [hold, perSecond(50, 10), new ConcurrencyGate('concurrency', 10)],
      service: 20,
    })
    room.submit(queueOf('a', 1_000))
    await room.clock.advance(1_000)

    hold.isHeld = true
    await room.clock.advance(3_000)
    hold.isHeld = false
    room.admission.wake()
    await room.clock.advance(3_000)

    expect(mostWithin(room.sent, 1_000)).toBe(59)
  })

  it('finishes all 500 of a fast host in 10 s beside a slow one, with a shared limit of 10 in flight', async () => {
    const room = waitingRoom({
      shared: [new ConcurrencyGate('concurrency', 10)],
      own: (partition) => [perSecond(partition === 'slow' ? 1 : 50, 2)],
      service: 20,
    })

    room.submit([...queueOf('slow', 500), ...queueOf('fast', 500)])
    await room.clock.advance(10_000)

    expect(room.sent.filter(({ partition }) => partition === 'fast')).toHaveLength(500)
    expect(room.sent.filter(({ partition }) => partition === 'slow').length).toBeLessThanOrEqual(12)
  })

  it('admits partitions round robin when permits are scarce, whatever the order of the input', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 1)], service: 10 })

    room.submit([...queueOf('a', 100), ...queueOf('b', 3)])
    await room.clock.advance(60)

    expect(room.sent.map(({ partition }) => partition).join('')).toBe('aababab')
  })

  it('keeps priority first and arrival second within a partition', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 1)], service: 10 })

    room.submit([
      { partition: 'a', id: 'first' },
      { partition: 'a', id: 'second' },
      { partition: 'a', id: 'third' },
      { partition: 'a', id: 'urgent', priority: 5 },
    ])
    await room.clock.advance(100)

    expect(room.sent.map(({ id }) => id)).toEqual(['first', 'urgent', 'second', 'third'])
  })

  it('lets no light call overtake a heavy one forever', async () => {
    const room = waitingRoom({ shared: [perSecond(10, 5)], service: 1 })

    room.submit([{ partition: 'a', id: 'heavy', weight: 5 }, ...queueOf('b', 100)])
    await room.clock.advance(2_000)

    expect(room.sent.findIndex(({ id }) => id === 'heavy')).toBeLessThan(8)
  })

  it('holds several rates together', async () => {
    const room = waitingRoom({ own: () => [perSecond(10), new RateGate({ count: 20, per: 60_000 }, 1)], service: 1 })

    room.submit(queueOf('a', 100))
    await room.clock.advance(60_000)

    expect(mostWithin(room.sent, 1_000)).toBeLessThanOrEqual(10)
    expect(mostWithin(room.sent, 60_000)).toBeLessThanOrEqual(20)
  })

  it('spends a quota of a day as it is wanted, and waits for the next day', async () => {
    const day = 86_400_000
    const room = waitingRoom({ own: () => [perSecond(10), new RateGate({ count: 30, per: day }, 1)], service: 1 })

    room.submit(queueOf('a', 40))
    await room.clock.advance(60_000)
    expect(room.sent).toHaveLength(30)

    await room.clock.advance(day)
    expect(room.sent).toHaveLength(40)
    expect(room.sent[30]!.at).toBeGreaterThanOrEqual(day)
  })

  it('takes nothing from a rate while it waits for a permit', async () => {
    const room = waitingRoom({ shared: [perSecond(1_000, 1_000), new ConcurrencyGate('concurrency', 1)], service: 100 })

    room.submit(queueOf('a', 20))
    await room.clock.advance(1_000)

    expect(room.sent).toHaveLength(11)
  })

  it('refuses at once what could start only after its deadline', async () => {
    const room = waitingRoom({ own: () => [new RateGate({ count: 1, per: 60_000 }, 1)], service: 1 })

    room.submit([
      { partition: 'a', id: 'goes' },
      { partition: 'a', id: 'too late', deadline: 5_000 },
    ])
    await room.clock.advance(0)

    expect(room.refused).toEqual([{ id: 'too late', code: 'SLUICE_WOULD_MISS_DEADLINE', at: 0 }])
  })

  it('refuses more waiting calls than may wait', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 1)], service: 10, maxWaiting: 2 })

    room.submit(queueOf('a', 4))
    await room.clock.advance(0)

    expect(room.refused.map(({ code }) => code)).toEqual(['SLUICE_QUEUE_FULL'])
  })

  it('takes a cancelled call out of the queue at once, so that the next moves up', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 1)], service: 10 })
    const calls = room.submit(queueOf('a', 200))
    await room.clock.advance(0)

    for (const call of calls.slice(1, 190)) call.cancellation.cancel('changed my mind')
    await room.clock.advance(1_000)

    expect(room.sent).toHaveLength(11)
    expect(room.cancelled).toBe(189)
    expect(room.admission.waiting).toBe(0)
  })

  it('says for which limits it has waited, and how long', async () => {
    const room = waitingRoom({
      shared: [new ConcurrencyGate('concurrency', 1)],
      own: () => [perSecond(10, 10)],
      service: 50,
    })

    room.submit(queueOf('a', 20))
    await room.clock.advance(1_500)

    const waits = room.admission.waits()
    expect(Math.round(waits.get('concurrency') ?? 0)).toBeGreaterThan(800)
    expect([...waits.values()].reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(1_500)
  })

  it('leaves no timer behind when no call waits', async () => {
    const room = waitingRoom({ own: () => [perSecond(10)], service: 1 })
    const calls = room.submit(queueOf('a', 5))
    await room.clock.advance(50)

    for (const call of calls) call.cancellation.cancel('enough')
    await room.clock.advance(1_000)

    expect(room.clock.pending).toBe(0)
  })
})

/** The most that were sent in any half-open window of this length. */
function mostWithin(sent: readonly Sent[], window: number): number {
  return Math.max(...sent.map(({ at }) => sent.filter((other) => other.at >= at && other.at < at + window).length))
}
