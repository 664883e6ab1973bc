import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ApiRequest } from '../../http/request.ts'
import type { ScriptedAnswer } from '../../testing/scripted-api.ts'
import { testClient } from '../../testing/test-client.ts'
import { ConnectionLostError } from '../../transport/errors.ts'
import type { ClientOptions } from '../settings.ts'
import { platformFetch } from './platform-fetch.ts'

function setup(answer: (request: ApiRequest, count: number) => ScriptedAnswer, options: ClientOptions = {}) {
  const requests: ApiRequest[] = []
  const made = testClient(
    (request, count) => {
      requests.push(request)
      return answer(request, count)
    },
    { baseUrl: undefined, ...options },
  )
  const { clock, client } = made
  const run = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    clock.runUntilSettled(client.fetch(input, init))
  return { ...made, requests, run }
}

const url = 'https://a.test/x'
const text = (body: string | Uint8Array | undefined): string =>
  body === undefined ? '' : typeof body === 'string' ? body : new TextDecoder().decode(body)

describe('the fetch of a client', () => {
  it('has the signature of the platform, and needs no client in front of it', async () => {
    const { clock, client } = setup(() => 200)
    const { fetch: detached } = client
    expectTypeOf(detached).toExtend<typeof fetch>()
    expect((await clock.runUntilSettled(detached(url))).ok).toBe(true)
  })

  it('gives a Response with all it should have', async () => {
    const answer = { status: 201, headers: { 'content-type': 'application/json', 'x-a': '1' }, body: '{"n":1}' }
    const { run } = setup(() => answer)
    const response = await run(`${url}?q=1#top`, { method: 'post' })
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.statusText, response.ok, response.url, response.redirected]).toEqual([
      201,
      'Created',
      true,
      `${url}?q=1`,
      false,
    ])
    const copy = response.clone()
    expect([copy.url, await copy.json(), await response.json()]).toEqual([`${url}?q=1`, { n: 1 }, { n: 1 }])
    expect(response.headers.get('x-a')).toBe('1')
  })

  it('gives the statuses that say no as answers, with their bodies', async () => {
    const { run, api } = setup(() => ({ status: 404, body: 'no such pen' }))
    const response = await run(url)
    expect([response.status, response.ok, await response.text()]).toEqual([404, false, 'no such pen'])
    expect(api.seen).toHaveLength(1)
  })

  it('tries again, and gives the last answer when that was in vain', async () => {
    const { run, api, clock } = setup((_request, count) => ({ status: 503, body: `busy ${count}` }))
    const response = await run(url)
    expect([response.status, await response.text()]).toEqual([503, 'busy 4'])
    expect(api.seen).toHaveLength(4)
    expect(clock.pending).toBe(0)
  })

  it('waits as long as the server asks, and within the limits of the client', async () => {
    const { client, clock, api } = setup(
      (_request, count) => (count === 1 ? { status: 429, headers: { 'retry-after': '7' } } : 200),
      { concurrency: 2 },
    )
    const all = Promise.all(Array.from({ length: 6 }, () => client.fetch(url, { method: 'POST', body: 'pay' })))
    expect((await clock.runUntilSettled(all)).map(({ status }) => status)).toEqual(Array(6).fill(200))
    expect(api.mostInFlight).toBe(2)
    expect(api.seen[2]!.at).toBeGreaterThanOrEqual(7_000)
  })

  it.each<[string, () => RequestInit['body'], string, string | undefined]>([
    ['text', () => 'ä', 'ä', 'text/plain;charset=UTF-8'],
    ['bytes', () => new TextEncoder().encode('b'), 'b', undefined],
    ['a buffer', () => new TextEncoder().encode('b').buffer, 'b', undefined],
    ['parameters', () => new URLSearchParams({ a: '1 2' }), 'a=1+2', 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['a blob', () => new Blob(['c'], { type: 'image/png' }), 'c', 'image/png'],
    ['nothing', () => null, '', undefined],
  ])('sends %s, the same again with each attempt', async (_, body, expected, type) => {
    const { run, requests } = setup((_request, count) => (count === 1 ? { status: 429 } : 200))
    await run(url, { method: 'POST', body: body() ?? null })
    expect(requests.map((request) => text(request.body as Uint8Array | undefined))).toEqual([expected, expected])
    expect(requests[0]!.headers['content-type']).toBe(type)
  })

  it('sends a form with the boundary that its type tells', async () => {
    const { run, requests } = setup(() => 200)
    const form = new FormData()
    form.set('name', 'lamp')
    form.set('file', new Blob(['bytes']), 'a.txt')
    await run(url, { method: 'POST', body: form })
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(requests[0]!.headers['content-type'] ?? '')?.[1]
    const sent = text(requests[0]!.body as Uint8Array)
    expect(sent).toContain(`--${boundary}`)
    expect(sent).toContain('filename="a.txt"')
  })

  it('takes a Request, changed by what stands beside it', async () => {
    const { run, requests } = setup(() => 200)
    const request = new Request(url, { method: 'PUT', body: 'x', headers: { 'x-a': '1', 'x-b': '2' } })
    await run(request, { headers: { 'x-c': '3' } })
    expect(requests[0]).toMatchObject({ method: 'PUT', url, headers: { 'x-c': '3' } })
    expect(requests[0]!.headers).not.toHaveProperty('x-a')
    expect(text(requests[0]!.body as Uint8Array)).toBe('x')
  })

  it('sends headers of every kind above those of the client, without what the transport sets', async () => {
    const { run, requests } = setup(() => 200, { headers: { authorization: 'Bearer ours', 'x-ours': '1' } })
    await run(url, {
      method: 'POST',
      body: 'abc',
      headers: [
        ['Authorization', 'Bearer theirs'],
        ['content-length', '3'],
        ['connection', 'close'],
      ],
    })
    await run(url, { headers: new Headers({ 'x-d': '4' }) })
    expect(requests[0]!.headers).toMatchObject({ authorization: 'Bearer theirs', 'x-ours': '1' })
    expect(Object.keys(requests[0]!.headers)).not.toContain('content-length')
    expect(Object.keys(requests[0]!.headers)).not.toContain('connection')
    expect(requests[1]!.headers).toMatchObject({ authorization: 'Bearer ours', 'x-d': '4' })
  })

  it.each<[string, string | URL, RequestInit | undefined]>([
    ['a URL alone', 'HTTPS://A.test:443/x/../y?q=a b#top', undefined],
    ['a URL object', new URL('https://a.test/ä'), {}],
    ['a method without a body', url, { method: 'DELETE', redirect: 'follow' }],
    ['headers of the caller', url, { headers: { 'X-A': ' 1 ', host: 'b.test', 'content-length': '3' } }],
    [
      'headers twice',
      url,
      {
        headers: [
          ['x-a', '1'],
          ['X-A', '2'],
        ],
      },
    ],
    ['a method in lower case', url, { method: 'get' }],
  ])('reads %s as a Request of the platform does', async (_, input, init) => {
    const { run, requests } = setup(() => 200)
    await run(input, init)
    await run(new Request(input, init))
    const [read, given] = requests.map(({ method, url, headers, body }) => ({ method, url, headers, body }))
    expect(read).toEqual(given)
  })

  it('resolves what is relative against the base URL', async () => {
    const { run, requests } = setup(() => 200, { baseUrl: 'https://a.test/v1/' })
    await run('pens?x=1')
    expect(requests[0]!.url).toBe('https://a.test/v1/pens?x=1')
  })

  it('takes out what was said of a body before it was unpacked', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-length': '31', 'set-cookie': 'a=1\nb=2' }
    const { run } = setup((request) => ({
      headers: request.url === url ? headers : { 'content-length': '2' },
      body: 'hi',
    }))
    const response = await run(url)
    expect([...response.headers.keys()]).toEqual(['set-cookie', 'set-cookie'])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect((await run('https://a.test/y')).headers.get('content-length')).toBe('2')
    const head = await run(url, { method: 'HEAD' })
    expect([head.headers.get('content-length'), head.headers.get('content-encoding'), head.body]).toEqual([
      '31',
      'gzip',
      null,
    ])
  })

  it.each([204, 205, 304])('gives %d without a body', async (status) => {
    const { run } = setup(() => status)
    const response = await run(url)
    expect([response.status, response.body]).toEqual([status, null])
  })
})

describe('a redirect', () => {
  const redirecting = (request: ApiRequest): ScriptedAnswer =>
    request.url.endsWith('/old') ? { status: 302, headers: { location: '/new' } } : { status: 404, body: 'new' }

  it('is followed, and the Response says where to', async () => {
    const { run } = setup(redirecting)
    const response = await run('https://a.test/old')
    expect([response.status, response.url, response.redirected]).toEqual([404, 'https://a.test/new', true])
  })

  it('is a response with manual', async () => {
    const { run, api } = setup(redirecting)
    const response = await run('https://a.test/old', { redirect: 'manual' })
    expect([response.status, response.headers.get('location'), response.redirected]).toEqual([302, '/new', false])
    expect(api.seen).toHaveLength(1)
  })

  it('is a failure with error', async () => {
    const { run, api } = setup(redirecting)
    await expect(run('https://a.test/old', { redirect: 'error' })).rejects.toThrow(TypeError)
    expect(api.seen).toHaveLength(1)
  })

  it('that is refused is a failure with the reason', async () => {
    const { run } = setup(() => ({ status: 302, headers: { location: 'ftp://b.test' } }))
    await expect(run(url)).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'SLUICE_REDIRECT_REFUSED' } })
  })
})

describe('a failure', () => {
  it('without a response is a TypeError with the error as its cause', async () => {
    const { run } = setup(() => new ConnectionLostError('the cable was cut'), { retry: false })
    await expect(run(url)).rejects.toMatchObject({
      name: 'TypeError',
      message: 'fetch failed: GET https://a.test/x: the cable was cut after 1 attempt',
      cause: { code: 'SLUICE_CONNECTION_LOST' },
    })
  })

  it.each<[string, string, RequestInit]>([
    ['what is no URL', 'no url', {}],
    ['what is not http', 'ftp://a.test', {}],
    ['a URL with a password', 'https://ada:pw@a.test', {}],
    ['a GET with a body', url, { body: 'x' }],
    ['a status that no Response can have', 'https://a.test/999', {}],
  ])('of %s is a TypeError', async (_, input, init) => {
    const { run } = setup(() => 999, { retry: false })
    await expect(run(input, init)).rejects.toThrow(TypeError)
  })

  it('of a closed client is a TypeError', async () => {
    const { run, client } = setup(() => 200)
    await client.close()
    await expect(run(url)).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'SLUICE_CLOSED' } })
  })

  it('of a body beyond the bound is a TypeError, and nothing is sent', async () => {
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(10)),
      cancel: () => {
        cancelled = true
      },
    })
    const bounded = platformFetch({
      baseUrl: undefined,
      readsWhole: false,
      maxBody: 100,
      call: () => Promise.reject(new Error('nothing is to be sent')),
    })
    const request = new Request(url, { method: 'POST', body: endless, duplex: 'half' } as RequestInit)
    await expect(bounded(request)).rejects.toThrow('the body is larger than the limit of 100 bytes')
    expect(cancelled).toBe(true)
  })
})

describe('an abort', () => {
  it('rejects with the reason of the signal, before, while it waits, and while it is sent', async () => {
    const { client, clock, api } = setup(() => ({ after: 10_000 }), { concurrency: 1 })
    const reason = new Error('enough')
    const controller = new AbortController()
    const [sent, waiting] = [1, 2].map(() => client.fetch(url, { signal: controller.signal }))
    const byRequest = client.fetch(new Request(url, { signal: controller.signal }))
    for (const work of [sent!, waiting!, byRequest]) work.catch(() => {})
    await clock.advance(50)
    controller.abort(reason)
    for (const work of [sent, waiting, byRequest]) await expect(work).rejects.toBe(reason)
    await expect(client.fetch(url, { signal: controller.signal })).rejects.toBe(reason)
    await clock.advance(2_000)
    expect([api.seen.length, api.inFlight, clock.pending]).toEqual([1, 0, 0])
  })

  it('rejects while the body is read', async () => {
    const { client, api } = setup(() => 200)
    const controller = new AbortController()
    const never = new ReadableStream<Uint8Array>({})
    const work = client.fetch(url, { method: 'POST', body: never, signal: controller.signal })
    controller.abort()
    await expect(work).rejects.toMatchObject({ name: 'AbortError' })
    expect(api.seen).toEqual([])
  })
})
