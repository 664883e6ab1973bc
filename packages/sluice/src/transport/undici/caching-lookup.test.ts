import type { LookupAddress, LookupOptions } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { cachingLookup } from './caching-lookup.ts'

/** What the lookup answers, as its callback gets it. */
function ask(
  find: ReturnType<typeof cachingLookup>,
  hostname: string,
  options: LookupOptions,
): Promise<{ error: NodeJS.ErrnoException | null; address: string | LookupAddress[]; family: number | undefined }> {
  return new Promise((resolve) => {
    find(hostname, options, (error, address, family) => resolve({ error, address, family }))
  })
}

describe('cachingLookup', () => {
  it('gives one address and its family, as the system has it', async () => {
    const find = cachingLookup(new ManualClock())
    const expected = await lookup('localhost', { all: true })

    const { error, address, family } = await ask(find, 'localhost', {})

    expect(error).toBeNull()
    expect({ address, family }).toEqual(expected[0])
    expect(family).toBe(isIP(String(address)))
  })

  it('gives all addresses when all are wanted, from the same answer', async () => {
    const find = cachingLookup(new ManualClock())
    const expected = await lookup('localhost', { all: true })

    const { error, address, family } = await ask(find, 'localhost', { all: true })

    expect([error, family]).toEqual([null, undefined])
    expect(address).toHaveLength(expected.length)
    expect(address).toEqual(expect.arrayContaining(expected))
  })

  it('keeps to the family that is asked for', async () => {
    const find = cachingLookup(new ManualClock())
    await ask(find, 'localhost', {})
    expect(await ask(find, 'localhost', { family: 4 })).toEqual({ error: null, address: '127.0.0.1', family: 4 })
  })

  it('asks the system once for many questions within ten seconds, and once more afterwards', async () => {
    const clock = new ManualClock()
    const find = cachingLookup(clock)
    const asked = await countLookups(async () => {
      const together = await Promise.all(Array.from({ length: 100 }, () => ask(find, 'localhost', { family: 4 })))
      await clock.advance(9_999)
      const later = await ask(find, 'localhost', { family: 4 })
      expect(new Set([...together, later].map(({ address }) => address))).toEqual(new Set(['127.0.0.1']))
    })
    await clock.advance(1)
    const askedLater = await countLookups(() => ask(find, 'localhost', { family: 4 }))

    expect([asked, askedLater, clock.pending]).toEqual([1, 1, 0])
  })

  it('remembers a thousand names, and forgets the one it has known longest', async () => {
    const find = cachingLookup(new ManualClock())
    await ask(find, 'localhost', {})
    for (let host = 0; host < 999; host++) await ask(find, `127.0.${host >> 8}.${host & 255}`, {})
    expect(await countLookups(() => ask(find, 'localhost', {}))).toBe(0)
    await ask(find, '127.1.0.1', {})
    expect(await countLookups(() => ask(find, 'localhost', {}))).toBe(1)
  })

  it('passes on that there is no such name, and asks again the next time', async () => {
    const find = cachingLookup(new ManualClock())
    const tooLong = `${'a'.repeat(64)}.`.repeat(5)
    for (const time of ['first', 'second']) {
      const { error, address } = await ask(find, tooLong, {})
      expect([time, error instanceof Error, error?.syscall, address]).toEqual([time, true, 'getaddrinfo', []])
    }
  })
})

/** How often the system was asked for the address of localhost meanwhile. */
async function countLookups(work: () => Promise<unknown>): Promise<number> {
  const entries: PerformanceEntry[] = []
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()))
  observer.observe({ entryTypes: ['dns'] })
  await work()
  await new Promise((resolve) => setImmediate(resolve))
  entries.push(...observer.takeRecords())
  observer.disconnect()
  const hosts = entries.map((entry) => (entry as unknown as { detail: { hostname?: string } }).detail.hostname)
  return hosts.filter((hostname) => hostname === 'localhost').length
}
