import { describe, expect, it } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import type { Transport } from '../transport/transport.ts'
import { closeTransport } from './close-transport.ts'
import { createClient } from './create-client.ts'

const transport = (close: () => unknown): Transport =>
  ({ send: () => Promise.reject(new Error('not sent')), close }) as Transport

it.each([{ close() {} }, { send() {} }, 'transport'])('a transport without send or close is refused: %j', (given) => {
  expect(() => createClient({ transport: given as never })).toThrow(
    /^transport: expected an object with the functions send, close/,
  )
})

describe('closeTransport', () => {
  it('waits until the transport is closed, and keeps no timer', async () => {
    const clock = new ManualClock()
    const closed = Promise.withResolvers<void>()
    const closing = closeTransport(
      transport(() => closed.promise),
      clock,
    )
    await clock.advance(999)
    closed.resolve()
    await closing
    expect(clock.pending).toBe(0)
  })

  it('does not wait longer than a second', async () => {
    const clock = new ManualClock()
    const closing = closeTransport(
      transport(() => new Promise(() => {})),
      clock,
    )
    await clock.advance(1_000)
    await closing
    expect(clock.now()).toBe(1_000)
  })

  it.each([
    ['throws', () => Promise.resolve().then(() => Promise.reject(new Error('no')))],
    [
      'rejects',
      () => {
        throw new Error('no')
      },
    ],
    ['gives no promise', () => undefined],
  ])('leaves no timer if closing %s', async (how, close) => {
    const clock = new ManualClock()
    const closing = closeTransport(transport(close), clock).then(
      () => 'closed',
      (error: Error) => error.message,
    )
    expect([await closing, clock.pending]).toEqual([how === 'gives no promise' ? 'closed' : 'no', 0])
  })
})
