import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../client/create-client.ts'
import type { SluiceEvent } from '../../events/event.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import { startRun } from '../../runs/start-run.ts'
import { MemoryStore } from '../../stores/memory/memory-store.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { ConnectError, ConnectionLostError, ProtocolError } from '../../transport/errors.ts'
import { memoryTransport } from '../../transport/transport.ts'
import type { Policy } from '../custom/policy.ts'
import { apiKeyAuth } from './api-key-auth.ts'
import type { Auth } from './auth.ts'
import { basicAuth } from './basic-auth.ts'
import { bearerAuth } from './bearer-auth.ts'
import { clientCredentialsAuth } from './client-credentials-auth.ts'
import { withCredentials, withoutCredentials } from './credentials.ts'
import { tokenAuth } from './token-auth.ts'

const tokenUrl = 'https://login.test/token'

/** The ways to give credentials, each with `secret` in them. */
const ways: readonly (readonly [string, (secret: string) => Auth])[] = [
  ['bearerAuth', (secret) => bearerAuth(secret)],
  ['a function of bearerAuth', (secret) => bearerAuth(() => secret)],
  ['basicAuth', (secret) => basicAuth('ada', secret)],
  ['apiKeyAuth in a header', (key) => apiKeyAuth({ header: 'x-own', key })],
  ['apiKeyAuth in the query', (key) => apiKeyAuth({ query: 'k', key })],
  [
    'tokenAuth',
    (token) =>
      tokenAuth({
        async fetchToken({ send, previous }) {
          const refresh = { url: tokenUrl, query: { refresh_token: token }, headers: { 'x-api-key': token } }
          await send({ ...refresh, json: { refresh: previous?.token ?? token } })
          return { token }
        },
      }),
  ],
  [
    'clientCredentialsAuth in the header',
    (clientSecret) => clientCredentialsAuth({ tokenUrl, clientId: 'i', clientSecret }),
  ],
  [
    'clientCredentialsAuth in the body',
    (clientSecret) => clientCredentialsAuth({ tokenUrl, clientId: 'i', clientSecret, credentialsIn: 'body' }),
  ],
]

const respond = (status: number, headers: Record<string, string> = {}, body = ''): ApiResponse => ({
  status,
  headers,
  body: new TextEncoder().encode(body),
})

/** Scenarios with transports and servers that echo what they were sent. */
const happenings: readonly (readonly [string, (request: ApiRequest, count: number) => ApiResponse])[] = [
  ['success', ({ url }) => respond(200, { link: `<${url}&page=2>; rel="next", <${url}>; rel="self"` })],
  [
    'a redirect',
    ({ url }, count) => (count % 3 === 1 ? respond(301, { location: url.replace('/x', '/y') }) : respond(200)),
  ],
  [
    'a redirect elsewhere',
    ({ url }) => (url.includes('a.test') ? respond(302, { location: url.replace('a.test', 'b.test') }) : respond(200)),
  ],
  ['a redirect that is refused', ({ url }) => respond(302, { location: url.replace('https', 'ftp') })],
  ['too many redirects', ({ url }) => respond(302, { location: url })],
  ['401', () => respond(401)],
  ['400', () => respond(400)],
  ['429', () => respond(429, { 'retry-after': '1' })],
  ['503', () => respond(503)],
  [
    'a lost connection',
    ({ url, headers }) => {
      throw new ConnectionLostError(`reset at ${url} with ${JSON.stringify(headers)}`, { cause: new Error(url) })
    },
  ],
  [
    'no connection',
    ({ url }) => {
      throw new ConnectError('SLUICE_TLS', `no trust in ${url}`)
    },
  ],
  [
    'an improper answer',
    ({ headers }) => {
      throw new ProtocolError('odd', new Error(JSON.stringify(headers)))
    },
  ],
  [
    'a bug in a transport',
    ({ url, headers }) => {
      throw new TypeError(`cannot read ${url} ${JSON.stringify(headers)}`)
    },
  ],
]

/** Everything that a client tells: events, results, errors with all their causes, what a store keeps, its status. */
async function tellAll(auth: Auth, secret: string, happening: (request: ApiRequest, count: number) => ApiResponse) {
  const clock = new ManualClock()
  const store = new MemoryStore()
  const told: unknown[] = [auth]
  const wire: unknown[] = []
  const look: Policy = {
    name: 'look',
    run(attempt, next) {
      told.push(inspect(attempt, { depth: 9, getters: true }))
      return next(attempt)
    },
  }
  let count = 0
  const client = createClient({
    clock,
    auth,
    random: () => 0.5,
    retry: { maxAttempts: 2, maxThrottles: 1 },
    breaker: false,
    perCall: [look],
    perAttempt: [look],
    transport: memoryTransport((request) => {
      wire.push(request)
      if (request.url.startsWith(tokenUrl)) {
        const body = JSON.stringify({ access_token: secret, token_type: 'Bearer', expires_in: 60 })
        return respond(200, { 'content-type': 'application/json' }, body)
      }
      return happening(request, ++count)
    }),
  })
  client.on((event: SluiceEvent) => told.push(event, inspect(event, { depth: 9 })))
  const run = async (): Promise<void> => {
    told.push(await client.try('https://a.test/x?a=1').catch((error: unknown) => error))
    told.push(await client.post('https://a.test/x?a=1', { json: 1 }).catch((error: unknown) => error))
    told.push(...(await client.all(['https://a.test/x?a=1', '::'])))
    const stored = await startRun({ store, client, source: ['https://a.test/x?a=1'], clock, keepHeaders: ['*'] })
    for await (const result of stored) told.push(result)
    told.push(...(await store.results(stored.stored.id)))
  }
  await clock.runUntilSettled(run())
  told.push(client.status(), client)
  return { told: told.map(textOf).join('\n'), wire: wire.map(textOf).join('\n') }
}

function textOf(value: unknown): string {
  const stack = value instanceof Error ? String(value.stack) : ''
  return `${stack} ${inspect(value, { depth: 9, showHidden: false })} ${JSON.stringify(value, (_, part) => (part instanceof Error ? { ...part, message: part.message, cause: part.cause } : part))}`
}

/** The ways in which a secret may be written. */
function spellings(secret: string): string[] {
  const encoded = [encodeURIComponent(secret), String(new URLSearchParams({ '': secret })).slice(1)]
  const basic = [`ada:${secret}`, `i:${encoded[1]}`].map((pair) => Buffer.from(pair).toString('base64'))
  return [secret, ...encoded, ...basic]
}

describe.each(ways)('with %s', (_, make) => {
  it.each(happenings)('nothing that the client tells has the secret in it: %s', async (_name, happening) => {
    const secret = 'S3CR+ET/v4lue=='
    const { told, wire } = await tellAll(make(secret), secret, happening)

    for (const text of spellings(secret)) expect(told).not.toContain(text)
    // Otherwise this would find nothing anywhere.
    expect(spellings(secret).some((text) => wire.includes(text))).toBe(true)
  })
})

it('a response that is no JSON, although a token was requested as JSON, is quoted nowhere', async () => {
  const told: unknown[] = []
  const body = 'S3CRET-of-the-server'
  const transport = memoryTransport(() => respond(200, { 'content-type': 'application/json' }, body))
  const fetchToken: Parameters<typeof tokenAuth>[0]['fetchToken'] = async ({ send }) =>
    (await send<never>(tokenUrl)).value
  const clock = new ManualClock()
  await using client = createClient({ transport, clock, auth: tokenAuth({ fetchToken }) })
  client.on((event) => told.push(event))
  const result = await clock.runUntilSettled(client.try('https://a.test/'))

  expect(result).toMatchObject({ error: { summary: `no token: the body of ${body.length} bytes is not JSON` } })
  expect(inspect([result, told], { depth: 20 })).not.toContain(body.slice(0, 6))
})

describe('credentials in the query', () => {
  it('are put on and found again, whatever is in them', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((one) => one.isWellFormed())
    fc.assert(
      fc.property(text, text, fc.webUrl({ withQueryParameters: true }), (name, value, href) => {
        const plain = {
          id: '',
          method: 'GET',
          url: new URL(href).href,
          headers: {},
          readAs: 'auto' as const,
          partition: '',
          weight: 1,
          priority: 0,
        }
        fc.pre(!new URL(plain.url).searchParams.has(name))
        const query = { [name]: value }
        const { url } = withCredentials(plain, { query })

        expect(new URL(url).searchParams.get(name)).toBe(value)
        const answer = { status: 200, headers: { location: url, link: `<${url}>; rel=next` }, body: new Uint8Array() }
        const { headers } = withoutCredentials(answer, { query })
        expect(headers).toEqual({ location: plain.url, link: `<${plain.url}>; rel=next` })
      }),
    )
  })

  it.each([
    ['/x?k=s3cr3t', '/x'],
    ['/x?k=s3cr3t&a=1', '/x?a=1'],
    ['/x?a=1&k=s3cr3t', '/x?a=1'],
    ['/x?a=1&k=s3cr3t&b=2', '/x?a=1&b=2'],
    ['<https://a.test/x?k=s3cr3t>; rel=next, </y?k=s3cr3t&p=2>', '<https://a.test/x>; rel=next, </y?p=2>'],
    ['/x?k=s3cr3t2&ok=s3cr3t', '/x?k=s3cr3t2&ok=s3cr3t'],
  ])('are taken out of %s', (given, expected) => {
    const answer = { status: 200, headers: { location: given }, body: new Uint8Array() }
    expect(withoutCredentials(answer, { query: { k: 's3cr3t' } }).headers).toEqual({ location: expected })
  })
})
