import { EventEmitter } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { dial, roundTripOf } from './dial.ts'

class FakeSocket extends EventEmitter {
  destroyed = false
  destroy(): void {
    this.destroyed = true
  }
}

/** Connects to addresses of which each does something `after` so many ms: `'connect'`, a code, or nothing. */
function dialing(plan: Readonly<Record<string, [after: number, what: string] | undefined>>) {
  const clock = new ManualClock()
  const stop = new Cancellation()
  const tried: [string, number][] = []
  const sockets = new Map<string, FakeSocket>()
  const addresses = Object.keys(plan).map((address) => ({ address, family: isIP(address) }))
  const result = dial(addresses, 443, clock, stop, ({ address }) => {
    tried.push([address, clock.now()])
    const socket = new FakeSocket()
    sockets.set(address, socket)
    const [after, what] = plan[address] ?? []
    if (after !== undefined) {
      clock.timer(after, () => {
        if (socket.destroyed) return
        if (what === 'connect') socket.emit('connect')
        else socket.emit('error', Object.assign(new Error(what), { code: what }))
      })
    }
    return socket as unknown as Socket
  }).then(
    (socket) => [...sockets].find(([, one]) => one === (socket as unknown))![0],
    (error: { code?: string }) => error.code ?? error,
  )
  const open = () => [...sockets].filter(([, socket]) => !socket.destroyed).map(([address]) => address)
  return { clock, stop, tried, sockets, result, open }
}

describe('dial', () => {
  it('tries one address of each family in turn, 250 ms apart, and takes the first that answers', async () => {
    const { clock, tried, result, open } = dialing({
      '::1': undefined,
      '::2': undefined,
      '127.0.0.1': undefined,
      '127.0.0.2': [100, 'connect'],
    })
    await clock.advance(5_000)
    expect(await result).toBe('127.0.0.2')
    expect(tried).toEqual([
      ['::1', 0],
      ['127.0.0.1', 250],
      ['::2', 500],
      ['127.0.0.2', 750],
    ])
    expect([open(), clock.pending]).toEqual([['127.0.0.2'], 0])
  })

  it('does not give up an address that is slow: it may be the only one that answers', async () => {
    const { clock, result, sockets, open } = dialing({ '127.0.0.1': [1_500, 'connect'], '::1': undefined })
    await clock.advance(5_000)
    expect(await result).toBe('127.0.0.1')
    expect(open()).toEqual(['127.0.0.1'])
    expect(roundTripOf(sockets.get('127.0.0.1')!)).toBe(1_500)
  })

  it('tries the next address at once when one refuses', async () => {
    const { clock, tried, result } = dialing({ '::1': [5, 'ECONNREFUSED'], '127.0.0.1': [5, 'connect'] })
    await clock.advance(100)
    expect([await result, tried]).toEqual([
      '127.0.0.1',
      [
        ['::1', 0],
        ['127.0.0.1', 5],
      ],
    ])
  })

  it.each([
    ['a refusal over a missing route', { '::1': 'ENETUNREACH', '127.0.0.1': 'ECONNREFUSED' }, 'ECONNREFUSED'],
    ['the first of equals', { '127.0.0.1': 'EHOSTUNREACH', '127.0.0.2': 'ENETUNREACH' }, 'EHOSTUNREACH'],
    ['our own limit over all', { '127.0.0.1': 'ECONNREFUSED', '127.0.0.2': 'EMFILE' }, 'SLUICE_LOCAL_LIMIT'],
    // Of a family of which no other test file has made a connection in this process.
    ['an address that was never usable', { nowhere: 'EADDRNOTAVAIL' }, 'EADDRNOTAVAIL'],
  ])('fails with %s when no address answers', async (_, codes, expected) => {
    const plan = Object.fromEntries(
      Object.entries(codes).map(([address, code]) => [address, [1, code] as [number, string]]),
    )
    const { clock, result, open } = dialing(plan)
    await clock.advance(5_000)
    expect([await result, open().length, clock.pending]).toEqual([expected, Object.keys(codes).length, 0])
  })

  it('takes an address that is not available for a lack of ports, once such an address was', async () => {
    const first = dialing({ '127.0.0.1': [1, 'connect'] })
    await first.clock.advance(1)
    await first.result
    const second = dialing({ '127.0.0.1': [1, 'EADDRNOTAVAIL'] })
    await second.clock.advance(1)
    expect(await second.result).toBe('SLUICE_LOCAL_LIMIT')
  })

  it('ends all tries when it is stopped', async () => {
    const { clock, stop, tried, result, open } = dialing({
      '127.0.0.1': undefined,
      '::1': undefined,
      '127.0.0.2': undefined,
    })
    await clock.advance(300)
    stop.cancel('enough')
    await clock.advance(5_000)
    expect([await result, tried.length, open(), clock.pending]).toEqual(['enough', 2, [], 0])
  })
})
