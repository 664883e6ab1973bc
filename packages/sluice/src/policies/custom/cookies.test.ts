import { beforeAll, describe, expect, it } from 'vitest'
import { testClient } from '../../testing/test-client.ts'

describe('cookies', () => {
  // Loading it takes real time, in which a clock that is moved by hand would let attempts time out.
  beforeAll(() => import('tough-cookie'))

  it('are sent back to their host and path alone, over redirects and retries, and are in no event or result', async () => {
    const { clock, api, client, events } = testClient(
      ({ url }, count) => {
        const { host, pathname } = new URL(url)
        if (pathname === '/login')
          return {
            headers: {
              'set-cookie': 'sid=geheim-1; Path=/; HttpOnly\nadmin=geheim-2; Path=/admin\nx=y; Domain=b.test',
            },
          }
        if (pathname === '/away') return { status: 302, headers: { location: 'https://b.test/there' } }
        if (host === 'b.test')
          return { status: 302, headers: { location: 'https://a.test/back', 'set-cookie': 'b=geheim-3' } }
        return count === 2 ? 503 : 200
      },
      { cookies: true },
    )
    const calls = async () => {
      await client.post('/login')
      await client.get('/x')
      await client.get('/admin/1')
      return [await client.get('/away'), await client.extend({ headers: { a: 'b' } }).get('/y')]
    }
    const results = await clock.runUntilSettled(calls())
    expect(api.seen.map(({ url, headers }) => [url.slice(8), headers.cookie])).toEqual([
      ['a.test/login', undefined],
      ['a.test/x', 'sid=geheim-1'],
      ['a.test/x', 'sid=geheim-1'],
      ['a.test/admin/1', 'admin=geheim-2; sid=geheim-1'],
      ['a.test/away', 'sid=geheim-1'],
      ['b.test/there', undefined],
      ['a.test/back', 'sid=geheim-1'],
      ['a.test/y', 'sid=geheim-1'],
    ])
    const requests = [...events, ...results].map((one) => ('request' in one ? one.request : undefined))
    expect(JSON.stringify(requests)).not.toContain('geheim')
  })

  it('are at most 180 of a domain, of at most 4,096 characters: the oldest give way', async () => {
    const { clock, api, client } = testClient(
      (_, count) => ({
        headers: { 'set-cookie': [`c${count}=v; Path=/`, `long${count}=${'v'.repeat(4_096)}`].join('\n') },
      }),
      { cookies: true, concurrency: 4 },
    )
    await clock.runUntilSettled(client.all(Array.from({ length: 200 }, (_, index) => `/${index}`)))

    const sent = api.seen.map(({ headers }) => headers.cookie?.split('; ') ?? [])
    expect(Math.max(...sent.map((pairs) => pairs.length))).toBe(180)
    expect(sent.at(-1)).not.toContain('c10=v')
  })

  it('leave a cookie header of the request alone, and are not kept without the option', async () => {
    const answer = () => ({ headers: { 'set-cookie': 'a=1' } })
    const jar = testClient(answer, { cookies: true })
    await jar.clock.runUntilSettled(jar.client.get('/x'))
    await jar.clock.runUntilSettled(jar.client.get('/x', { headers: { cookie: 'own=1' } }))
    expect(jar.api.seen[1]?.headers.cookie).toBe('own=1')
    const none = testClient(answer)
    await none.clock.runUntilSettled(none.client.get('/x'))
    await none.clock.runUntilSettled(none.client.get('/x'))
    expect(none.api.seen[1]?.headers.cookie).toBeUndefined()
    expect(() => testClient(answer, { cookies: {} as never })).toThrow('cookies: expected true, or a CookieJar')
  })
})
