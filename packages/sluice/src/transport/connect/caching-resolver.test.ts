import { lookup } from 'node:dns/promises'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { cachingResolver, systemLookup } from './caching-resolver.ts'

const four = (address: string) => ({ address, family: 4 })
const six = (address: string) => ({ address, family: 6 })

/** A name server that gives the same addresses for each name, and counts what it is asked. */
function nameServer(...addresses: readonly { readonly address: string; readonly family: number }[]) {
  const asked: string[] = []
  const lookUp = async (hostname: string) => {
    asked.push(hostname)
    return addresses
  }
  return { asked, lookUp }
}

describe('cachingResolver', () => {
  it('gives all addresses that the system has for a name', async () => {
    const expected = await lookup('localhost', { all: true })
    const addresses = await cachingResolver(new ManualClock())('localhost')
    expect(addresses).toHaveLength(expected.length)
    expect(addresses).toEqual(expect.arrayContaining(expected))
  })

  it.each(['ipv4first', 'ipv6first', 'verbatim'] as const)(
    'asks the system for addresses in the order %s',
    async (order) => {
      const expected = await lookup('localhost', { all: true, order })
      expect(await systemLookup(order)('localhost')).toEqual(expected)
    },
  )

  it('refuses an order that there is not', () => {
    expect(() => systemLookup('ipv5first' as 'ipv4first')).toThrow(
      'dnsResultOrder: expected one of ipv4first, ipv6first, verbatim, got "ipv5first"',
    )
  })

  it.each([
    ['127.0.0.1', 4],
    ['::1', 6],
  ])('takes the address %s as it is', async (address, family) => {
    const { asked, lookUp } = nameServer()
    expect(await cachingResolver(new ManualClock(), lookUp)(address)).toEqual([{ address, family }])
    expect(asked).toEqual([])
  })

  it('begins with another address of the preferred family each time', async () => {
    const { lookUp } = nameServer(six('::1'), six('::2'), four('127.0.0.1'))
    const find = cachingResolver(new ManualClock(), lookUp)
    const firsts: (string | undefined)[] = []
    for (let time = 0; time < 3; time++) firsts.push((await find('api.test'))[0]?.address)
    expect(firsts).toEqual(['::1', '::2', '::1'])
  })

  it('looks a name up once within ten seconds, and once more afterwards', async () => {
    const clock = new ManualClock()
    const { asked, lookUp } = nameServer(four('127.0.0.1'))
    const find = cachingResolver(clock, lookUp)
    await Promise.all(Array.from({ length: 100 }, () => find('api.test')))
    await clock.advance(9_999)
    await find('api.test')
    expect(asked).toHaveLength(1)

    await clock.advance(1)
    await find('api.test')
    expect([asked.length, clock.pending]).toEqual([2, 0])
  })

  it('remembers a thousand names, and forgets the one it has known longest', async () => {
    const { asked, lookUp } = nameServer(four('127.0.0.1'))
    const find = cachingResolver(new ManualClock(), lookUp)
    for (let host = 0; host < 1_000; host++) await find(`host-${host}`)
    await find('host-0')
    expect(asked).toHaveLength(1_000)
    await find('one-more')
    await find('host-0')
    expect(asked.slice(1_000)).toEqual(['one-more', 'host-0'])
  })

  it('passes on that there is no such name, and asks again the next time', async () => {
    let asked = 0
    const find = cachingResolver(new ManualClock(), () => Promise.reject(new Error(`no such name, asked ${++asked}`)))
    await expect(find('api.test')).rejects.toThrow('asked 1')
    await expect(find('api.test')).rejects.toThrow('asked 2')
  })
})
