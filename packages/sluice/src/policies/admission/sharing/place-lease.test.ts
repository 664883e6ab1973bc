import { describe, expect, it } from 'vitest'
import { ConcurrencyLeases, type PlaceWish } from '../../../algorithms/concurrency/concurrency-leases.ts'
import { ManualClock } from '../../../testing/manual-clock.ts'
import { LeasedConcurrencyGate, PlaceLease } from './place-lease.ts'
import type { PlaceSource } from './shared-limits.ts'

type PlaceWatch = NonNullable<PlaceSource['watch']>

/** One gate whose places come from a ledger that answers at once, unless it is down. */
function setup(limit: number) {
  const clock = new ManualClock()
  const ledger = new ConcurrencyLeases(limit)
  const state = { isDown: false, waiting: 0, asked: 0, receive: undefined as Parameters<PlaceWatch>[0] | undefined }
  const source = {
    limit,
    hold: async (wish: PlaceWish) => {
      state.asked++
      if (state.isDown) throw new Error('nobody answers')
      return { places: ledger.hold(clock.now(), 'me', wish), validFor: 3_000 }
    },
    watch: ((receive) => {
      state.receive = receive
      return () => {
        state.receive = undefined
      }
    }) satisfies PlaceWatch,
  }
  const active = () => 2
  const lease = new PlaceLease({ source, clock, active, waiting: () => state.waiting, onChange() {} })
  return { clock, ledger, state, lease, gate: new LeasedConcurrencyGate('concurrency', limit, lease) }
}

describe('places in flight that are leased', () => {
  it('admit no call until places are granted, and then as many calls as places', async () => {
    const { clock, gate } = setup(2)
    expect(gate.ask(0)).toEqual({ kind: 'wait' })
    gate.prefetch(0, 1, 5)
    await clock.advance(0)
    for (const inFlight of [0, 1]) {
      expect([inFlight, gate.ask(0)]).toEqual([inFlight, { kind: 'go' }])
      gate.take()
    }
    expect(gate.ask(0)).toEqual({ kind: 'wait' })
  })

  it('are renewed while in use, about once a second', async () => {
    const { clock, gate, state } = setup(2)
    gate.prefetch(0, 1, 5)
    await clock.advance(0)
    gate.take()
    gate.take()
    await clock.advance(10_000)
    expect(state.asked).toBeLessThanOrEqual(12)
    gate.settle()
    expect(gate.ask(clock.now())).toEqual({ kind: 'go' })
  })

  it('expire locally before they do at the server if it does not answer, and are granted again later', async () => {
    const { clock, gate, state } = setup(2)
    gate.prefetch(0, 1, 2)
    await clock.advance(0)
    gate.take()
    state.isDown = true
    await clock.advance(900)
    expect(gate.ask(clock.now())).toEqual({ kind: 'go' })
    await clock.advance(3_000)
    expect(gate.ask(clock.now())).toEqual({ kind: 'wait' })
    state.isDown = false
    state.waiting = 1
    gate.prefetch(clock.now(), 1, 2)
    await clock.advance(2_000)
    expect(gate.ask(clock.now())).toEqual({ kind: 'go' })
  })

  it('that others released are used, unless a request was answered since they were requested', async () => {
    const { clock, ledger, gate, state } = setup(1)
    ledger.hold(0, 'another', { inFlight: 0, holding: 0, wanted: 1 })
    state.waiting = 1
    gate.prefetch(0, 1, 1)
    await clock.advance(0)
    expect(gate.ask(clock.now())).toEqual({ kind: 'wait' })
    await clock.advance(100)
    ledger.hold(100, 'another', { inFlight: 0, holding: 0, wanted: 0 })
    const handed = ledger.handed(100, 'me')!
    state.receive!(handed, -1)
    expect(gate.ask(clock.now())).toEqual({ kind: 'wait' })
    state.receive!(handed, 100)
    state.receive!(handed, 100)
    expect(gate.ask(clock.now())).toEqual({ kind: 'go' })
    gate.take()
    expect(gate.ask(clock.now())).toEqual({ kind: 'wait' })
    expect(state.asked).toBe(1)
    await clock.advance(1_000)
    expect(state.receive).toBeUndefined()
  })

  it('that others released for calls that have gone are released again', async () => {
    const { clock, ledger, gate, state } = setup(1)
    ledger.hold(0, 'another', { inFlight: 0, holding: 0, wanted: 1 })
    state.waiting = 1
    gate.prefetch(0, 1, 1)
    await clock.advance(0)
    ledger.hold(100, 'another', { inFlight: 0, holding: 0, wanted: 0 })
    state.waiting = 0
    state.receive!(ledger.handed(100, 'me')!, 0)
    await clock.advance(20)
    expect(ledger.hold(clock.now(), 'another', { inFlight: 0, holding: 0, wanted: 1 })).toBe(1)
  })

  it('are released when no call needs them, with every timer', async () => {
    const { clock, gate, ledger } = setup(2)
    gate.prefetch(0, 1, 2)
    await clock.advance(0)
    gate.take()
    gate.settle()
    await clock.advance(4_000)
    expect(ledger.hold(clock.now(), 'another', { inFlight: 0, holding: 0, wanted: 2 })).toBe(2)
    expect(clock.pending).toBe(0)
    expect(gate.isFresh()).toBe(true)
  })

  it('are released at once when it is closed', async () => {
    const { clock, gate, ledger, lease } = setup(2)
    gate.prefetch(0, 1, 2)
    await clock.advance(0)
    await lease.close()
    expect(ledger.hold(clock.now(), 'another', { inFlight: 0, holding: 0, wanted: 2 })).toBe(2)
    expect(clock.pending).toBe(0)
  })
})
