import { describe, expect, it } from 'vitest'
import { type Sent, type Visitor, waitingRoom } from '../../../testing/waiting-room.ts'
import { QueueTimeoutError } from '../../errors.ts'
import { ConcurrencyGate } from '../gates/concurrency-gate.ts'
import { RateGate } from '../gates/rate-gate.ts'

/** Calls of one caller, all in the same partition. */
function callsOf(caller: string, count: number, more: Partial<Visitor> = {}): Visitor[] {
  return Array.from({ length: count }, (_, index) => ({ partition: 'api', id: `${caller}${index}`, caller, ...more }))
}

/** A server that takes one call at a time, 20 ms each: 50/s. */
const room50 = () => waitingRoom({ own: () => [new ConcurrencyGate('concurrency', 1)], service: 20 })
const countOf = (sent: readonly Sent[], caller: string): number => sent.filter(({ id }) => id.startsWith(caller)).length

describe('turns of callers', () => {
  it('give each of three callers with 100 waiting calls a third of 50/s, although one came first with all of its own', async () => {
    const room = room50()

    room.submit([...callsOf('a', 100), ...callsOf('b', 100), ...callsOf('c', 100)])
    await room.clock.advance(2_980)

    expect(room.sent).toHaveLength(150)
    expect(['a', 'b', 'c'].map((caller) => countOf(room.sent, caller))).toEqual([50, 50, 50])
  })

  it('let a fourth caller go after one call of each of the three at most, 60 ms later at 50/s', async () => {
    for (let gone = 0; gone < 12; gone++) {
      const room = room50()
      room.submit([...callsOf('a', 100), ...callsOf('b', 100), ...callsOf('c', 100)])
      await room.clock.advance(1_000 + gone * 20)
      const before = room.sent.length

      room.submit(callsOf('person', 1))
      await room.clock.advance(60)

      const after = room.sent.slice(before).map(({ id }) => id)
      expect(after).toContain('person0')
      expect(new Set(after.slice(0, after.indexOf('person0')).map((id) => id[0])).size).toBe(after.indexOf('person0'))
    }
  })

  it('come after priority: a caller with urgent calls goes first with all of them', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 1)], service: 10 })

    room.submit([...callsOf('a', 4), ...callsOf('b', 2), ...callsOf('c', 3, { priority: 1 })])
    await room.clock.advance(200)

    expect(room.sent.map(({ id }) => id)).toEqual(['a0', 'c0', 'c1', 'c2', 'b0', 'a1', 'b1', 'a2', 'a3'])
  })

  it('charge the weight of a call: one caller with calls of weight 3 gets a third as many', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 1)], service: 10 })

    room.submit([...callsOf('heavy', 40, { weight: 3 }), ...callsOf('light', 40)])
    await room.clock.advance(395)

    expect(['heavy', 'light'].map((caller) => countOf(room.sent, caller))).toEqual([10, 30])
  })

  it('treat calls without a name as those of one caller', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 1)], service: 10 })
    const unnamed = Array.from({ length: 6 }, (_, index) => ({ partition: 'api', id: `-${index}` }))

    room.submit([...callsOf('a', 3), ...unnamed])
    await room.clock.advance(200)

    expect(room.sent.map(({ id }) => id)).toEqual(['a0', '-0', 'a1', '-1', 'a2', '-2', '-3', '-4', '-5'])
  })

  it('stay fair over more callers than are remembered, while a queue never empties', async () => {
    const room = room50()
    room.submit(callsOf('batch', 1_500))

    for (let person = 0; person < 1_200; person++) {
      room.submit(callsOf(`p${person}-`, 1))
      await room.clock.advance(40)
    }

    expect(countOf(room.sent, 'p')).toBe(1_200)
    expect(countOf(room.sent, 'batch')).toBe(1_201)
  })
})

describe('the longest wait in the queue', () => {
  it('refuses a call with its position and the time of its turn at the present pace', async () => {
    const room = room50()

    room.submit(callsOf('a', 200, { maxWait: 1_000 }))
    await room.clock.advance(999)
    expect(room.refused).toEqual([])
    await room.clock.advance(1)

    expect(room.sent).toHaveLength(50)
    expect(room.refused).toHaveLength(150)
    const error = room.errors[0] as QueueTimeoutError
    expect(error).toBeInstanceOf(QueueTimeoutError)
    expect(error).toMatchObject({ code: 'SLUICE_QUEUE_TIMEOUT', position: 1, retryAt: room.clock.wallTime() + 20 })
    expect(error.message).toMatch(
      /^not started within 1\.0 s \(maxWait\): 0 calls ahead, held by concurrency; it would start at about \d{4}-/,
    )
  })

  it('counts the calls of others that have their turn before it', async () => {
    const room = room50()
    room.submit([...callsOf('a', 100), ...callsOf('b', 100)])

    room.submit(callsOf('late', 10, { maxWait: 110 }))
    await room.clock.advance(110)

    // At 0, 20, 40, … ms went a0, b0, late0, a1, b1, late1: the third of late is behind a2 and b2.
    expect(room.sent.map(({ id }) => id)).toEqual(['a0', 'b0', 'late0', 'a1', 'b1', 'late1'])
    expect(room.errors.map((error) => (error as QueueTimeoutError).position)).toEqual([3, 3, 3, 3, 3, 3, 3, 3])
    expect((room.errors[0] as QueueTimeoutError).retryAt).toBe(room.clock.wallTime() + 60)
  })

  it('refuses at once what its limits open for later than that', async () => {
    const room = waitingRoom({ own: () => [new RateGate({ count: 1, per: 3_600_000 }, 1)], service: 1 })

    room.submit(callsOf('a', 3, { maxWait: 5_000 }))
    await room.clock.advance(0)

    expect(room.refused.map(({ at }) => at)).toEqual([0, 0])
    expect(room.errors[0]).toMatchObject({ position: 1, code: 'SLUICE_QUEUE_TIMEOUT' })
    expect((room.errors[0] as QueueTimeoutError).retryAt).toBeGreaterThan(room.clock.wallTime() + 3_599_000)
  })

  it('leaves no timer behind when a call goes, is cancelled or is refused', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 1)], service: 10 })

    const calls = room.submit(callsOf('a', 5, { maxWait: 25 }))
    calls[4]!.cancellation.cancel('changed my mind')
    await room.clock.advance(1_000)

    expect([room.sent.length, room.refused.length, room.cancelled]).toEqual([3, 1, 1])
    expect(room.clock.pending).toBe(0)
    expect(room.admission.waiting).toBe(0)
  })

  it('has no time to tell while nothing has gone', async () => {
    const room = waitingRoom({ shared: [new ConcurrencyGate('concurrency', 1)], service: 10_000 })

    room.submit(callsOf('a', 2, { maxWait: 100 }))
    await room.clock.advance(100)

    expect(room.errors[0]).toMatchObject({ position: 1, retryAt: undefined })
  })
})
