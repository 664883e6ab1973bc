import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createSimulator, serveSimulator, simulatorTransport } from '@sluice/simulator'
import { createClient, type SluiceEvent } from 'sluice'
import { basicAuth, bearerAuth, clientCredentialsAuth, tokenAuth } from 'sluice/auth'
import { startRun } from 'sluice/runs'
import { MemoryStore } from 'sluice/stores'
import { ManualClock } from 'sluice/testing'
import { memoryTransport } from 'sluice/transport'
import { describe, expect, it } from 'vitest'

describe('the practice API', () => {
  it('lets in who brings a bearer token, or the user and password of the path', async () => {
    const api = await serveSimulator()
    await using anonymous = createClient({ baseUrl: api.url, proxy: 'none' })
    await using bearer = createClient({ baseUrl: api.url, proxy: 'none', auth: bearerAuth('t') })
    await using basic = createClient({ baseUrl: api.url, proxy: 'none', auth: basicAuth('ada', 'p:w') })

    expect(await anonymous.try('/bearer')).toMatchObject({ status: 401, attempts: [{ requests: 1 }] })
    expect(await bearer.get('/bearer')).toMatchObject({ status: 200, attempts: [{ requests: 1 }] })
    expect(await basic.get('/basic-auth/ada/p%3Aw')).toMatchObject({ status: 200, value: { user: 'ada' } })
    await api.close()
  })

  it('gets 500 items with a token from elsewhere, within its limits', async () => {
    const clock = new ManualClock()
    const api = createSimulator({ latency: '20ms', limit: 'sliding:50/s' }, { clock })
    let fetched = 0
    const client = createClient({
      clock,
      transport: simulatorTransport(api, { clock }),
      baseUrl: 'http://api.test',
      rate: '50/s',
      concurrency: 20,
      auth: tokenAuth({ fetchToken: async () => ({ token: `t${++fetched}`, expiresIn: '4s' }) }),
    })

    const results = await clock.runUntilSettled(client.all(Array.from({ length: 500 }, () => '/bearer')))

    expect(results.every(({ ok }) => ok)).toBe(true)
    // 10 s of work, and a token is used for 3.6 of its 4 s.
    expect(fetched).toBe(3)
    expect(api.stats().refused).toBe(0)
  })
})

/** A server that issues tokens, and an API on it that takes the last one only. */
interface TokenApi {
  readonly url: string
  readonly tokenRequests: number
  readonly refused: ReadonlyMap<string, number>
  readonly mostInFlight: number
  /** Accepts the token it has given no more. */
  revoke(): void
  [Symbol.asyncDispose](): Promise<void>
}

async function serveTokenApi(): Promise<TokenApi> {
  const refused = new Map<string, number>()
  const counts = { tokens: 0, inFlight: 0, most: 0 }
  let valid = ''
  const server = createServer(async (request, response) => {
    counts.most = Math.max(counts.most, ++counts.inFlight)
    const body = await text(request)
    await new Promise((resolve) => setTimeout(resolve, 5))
    counts.inFlight--
    response.setHeader('content-type', 'application/json')
    if (request.url === '/token') {
      counts.tokens++
      const isRight = body === 'grant_type=client_credentials&scope=read&client_id=id&client_secret=s3cr3t'
      if (isRight) valid = `token-${counts.tokens}`
      else response.statusCode = 400
      response.end(
        JSON.stringify(isRight ? { access_token: valid, token_type: 'Bearer' } : { error: 'invalid_client' }),
      )
      return
    }
    if (request.headers.authorization !== `Bearer ${valid}`) {
      response.statusCode = 401
      refused.set(request.url!, (refused.get(request.url!) ?? 0) + 1)
    }
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get tokenRequests() {
      return counts.tokens
    },
    refused,
    get mostInFlight() {
      return counts.most
    },
    revoke() {
      valid = 'none'
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const clientOf = (api: TokenApi, clientSecret = 's3cr3t') =>
  createClient({
    baseUrl: api.url,
    proxy: 'none',
    concurrency: 50,
    auth: clientCredentialsAuth({
      tokenUrl: `${api.url}/token`,
      clientId: 'id',
      clientSecret,
      scope: 'read',
      credentialsIn: 'body',
    }),
  })

const paths = Array.from({ length: 500 }, (_, index) => `/items/${index}`)

describe('500 calls, 50 at once, on a token that the server stops to accept in the middle', () => {
  it.each(['all', 'send', 'stream', 'a stored run'])(
    'by %s: one more token, all succeed, and each meets one 401 at most',
    async (way) => {
      await using api = await serveTokenApi()
      await using client = clientOf(api)
      const events: SluiceEvent[] = []
      client.on((event) => {
        events.push(event)
        if (event.type !== 'call.settled' || ++settled !== 200) return
        api.revoke()
      })
      let settled = 0

      const results = []
      if (way === 'all') results.push(...(await client.all(paths)))
      else if (way === 'send') results.push(...(await Promise.all(paths.map((path) => client.send(path)))))
      else if (way === 'stream') for await (const result of client.stream(paths)) results.push(result)
      else {
        const run = await startRun({ store: new MemoryStore(), client, source: paths })
        for await (const result of run) results.push(result)
      }

      expect(results.filter(({ ok }) => ok)).toHaveLength(500)
      expect(api.tokenRequests).toBe(2)
      expect(api.refused.size).toBeGreaterThan(0)
      expect(Math.max(...api.refused.values())).toBe(1)
      expect(api.mostInFlight).toBeLessThanOrEqual(50)
      expect(JSON.stringify([results, events])).not.toMatch(/s3cr3t|token-\d/)
    },
  )

  it('with a wrong secret each call fails in the same words, and the token server is asked once', async () => {
    await using api = await serveTokenApi()
    await using client = clientOf(api, 'wr0ng')

    const results = await client.all(paths.slice(0, 100))

    const message =
      'no token: the token server answers 400 Bad Request, invalid_client: the client is unknown, or its secret is wrong'
    expect(results.map((result) => !result.ok && result.error.summary)).toEqual(new Array(100).fill(message))
    expect(api.tokenRequests).toBe(1)
  })
})

describe('one call at a time', () => {
  it('does not lock itself up over a token, and a second one over another that is refused', async () => {
    const clock = new ManualClock()
    let tokens = 0
    const client = createClient({
      clock,
      concurrency: 1,
      perPartition: 1,
      baseUrl: 'https://a.test',
      auth: tokenAuth({
        async fetchToken({ send }) {
          await send('/token')
          return { token: `t${tokens}` }
        },
      }),
      transport: memoryTransport(({ url, headers }) => {
        if (url.endsWith('/token')) tokens++
        const isIn = url.endsWith('/token') || headers.authorization === 'Bearer t2'
        return { status: isIn ? 200 : 401, headers: {}, body: new Uint8Array() }
      }),
    })

    const results = await clock.runUntilSettled(client.all(['/1', '/2', '/3']))

    expect(results.every(({ ok }) => ok)).toBe(true)
    expect([tokens, clock.pending, client.status().inFlight]).toEqual([2, 0, 0])
  })
})
