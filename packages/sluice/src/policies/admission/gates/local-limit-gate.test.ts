import { describe, expect, it } from 'vitest'
import { ConnectionLostError, LocalLimitError } from '../../../transport/errors.ts'
import type { Settled } from './gate.ts'
import { LocalLimitGate } from './local-limit-gate.ts'

const ended = (error?: LocalLimitError | ConnectionLostError): Settled =>
  ({ outcome: error === undefined ? { kind: 'response' } : { kind: 'failure', error } }) as Settled
const full = new LocalLimitError('too many open files', undefined)

/** A gate with `count` in flight, and what it has told. */
function gateWith(count: number) {
  const told: string[] = []
  const gate = new LocalLimitGate((error) => told.push(error.message))
  for (let taken = 0; taken < count; taken++) gate.take()
  /** How many more it lets go. */
  const room = (now: number): number => {
    let taken = 0
    for (; taken < 1_000 && gate.ask(now).kind === 'go'; taken++) gate.take()
    for (let back = 0; back < taken; back++) gate.settle(now, ended())
    return taken
  }
  return { gate, told, room }
}

describe('LocalLimitGate', () => {
  it('limits nothing while connections can be opened', () => {
    const { gate, told, room } = gateWith(500)
    for (let count = 0; count < 500; count++) gate.settle(0, ended(new ConnectionLostError('')))
    expect([room(0), told]).toEqual([1_000, []])
  })

  it('lets as many go as had a connection, less a little for the rest of the process, and reports that once', () => {
    const { gate, told, room } = gateWith(150)
    for (let count = 0; count < 75; count++) gate.settle(0, ended(full))
    expect(gate.ask(0).kind).toBe('wait')
    expect(told).toEqual(['too many open files'])
    for (let count = 0; count < 75; count++) gate.settle(0, ended())
    expect(room(0)).toBe(73)
  })

  it('always lets one go', () => {
    const { gate, room } = gateWith(1)
    gate.settle(0, ended(full))
    expect(room(0)).toBe(1)
  })

  it('tries a tenth more every ten seconds, until it fails again', () => {
    const { gate, room } = gateWith(102)
    for (let count = 0; count < 102; count++) gate.settle(0, ended(count === 0 ? full : undefined))
    expect([room(9_999), room(10_000), room(20_000), room(29_999)]).toEqual([99, 109, 120, 120])
    for (let count = 0; count < 100; count++) gate.take()
    gate.settle(30_000, ended(full))
    for (let count = 0; count < 99; count++) gate.settle(30_000, ended())
    expect(room(30_001)).toBe(97)
  })
})
