import { afterEach, describe, expect, it, vi } from 'vitest'
import { testClient } from '../testing/test-client.ts'

afterEach(() => vi.unstubAllGlobals())

describe('a client in a Cloudflare Worker', () => {
  it('is refused in a second request, as are those extended from it', async () => {
    let request = 'first'
    // As in Workers: only the request that created it may read it.
    class Pair {
      readonly madeBy = request
      get readyState(): number {
        if (request !== this.madeBy) throw new Error('Cannot perform I/O on behalf of a different request.')
        return 1
      }
    }
    vi.stubGlobal('WebSocketPair', function makePair() {
      return [new Pair(), new Pair()]
    })
    const { clock, api, client } = testClient(() => ({ body: 'yes' }))
    const extended = client.extend({ headers: { 'x-a': '1' } })
    expect((await clock.runUntilSettled(client.try('/x'))).ok).toBe(true)
    expect((await clock.runUntilSettled(extended.try('/x'))).ok).toBe(true)

    request = 'second'
    for (const one of [client, extended])
      await expect(one.get('/x')).rejects.toThrow('create a client per request, or share one in a Durable Object')
    expect(await client.all(['/x', '/y'])).toMatchObject([
      { ok: false, error: { code: 'SLUICE_SETTINGS' } },
      { ok: false, error: { code: 'SLUICE_SETTINGS' } },
    ])
    await expect(client.run(() => 1)).rejects.toThrow('another request of the Worker')
    expect(api.seen).toHaveLength(2)
  })
})
