import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createRequest } from '../http/create-request.ts'
import type { RequestSpec } from '../http/request.ts'
import { Cancellation } from '../time/cancellation.ts'
import { BodyError, ConnectError, ConnectionLostError } from './errors.ts'
import { fetchTransport } from './fetch-transport.ts'
import type { OwnExchange } from './transport.ts'

let server: Server | undefined

afterEach(async () => {
  const closing = server
  server = undefined
  if (closing === undefined) return
  closing.closeAllConnections()
  await new Promise((resolve) => closing.close(resolve))
})

/** Serves on loopback; gives the address. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const listening = createServer(answer)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

function requestFor(spec: RequestSpec) {
  return createRequest(spec, { baseUrl: undefined, headers: {}, partition: undefined })
}

function exchange(log: string[] = []): OwnExchange {
  return {
    cancellation: new Cancellation(),
    signal: new AbortController().signal,
    onSent: () => log.push('sent'),
    onFirstByte: () => log.push('first byte'),
  }
}

describe('fetchTransport', () => {
  it('carries the request there and the whole response back', async () => {
    const received: string[] = []
    const origin = await serve(async (request, response) => {
      const chunks = await request.toArray()
      received.push(`${request.method} ${request.url} ${request.headers['x-a']} ${Buffer.concat(chunks)}`)
      response.writeHead(201, { 'X-B': '2', 'Set-Cookie': ['a=1; Path=/', 'b=2'], Link: ['<1>', '<2>'] })
      response.write('hello ')
      response.end('you')
    })
    const log: string[] = []

    const request = requestFor({ url: `${origin}/x?q=1`, headers: { 'X-A': '7' }, body: 'ping' })
    const { status, headers, body } = await fetchTransport().send(request, exchange(log))

    expect(received).toEqual(['POST /x?q=1 7 ping'])
    expect([status, Buffer.from(body).toString()]).toEqual([201, 'hello you'])
    expect(headers).toMatchObject({ 'x-b': '2', 'set-cookie': 'a=1; Path=/\nb=2', link: '<1>, <2>' })
    expect(log).toEqual(['sent', 'first byte'])
  })

  it.each([
    ['bytes', () => new Uint8Array([112, 105, 110, 103])],
    [
      'a stream, made anew each time',
      () =>
        async function* () {
          yield Buffer.from('pi')
          yield Buffer.from('ng')
        },
    ],
  ])('sends %s', async (_, makeBody) => {
    const origin = await serve(async (request, response) => {
      response.end(Buffer.concat(await request.toArray()))
    })
    const request = requestFor({ url: origin, body: makeBody() })
    const transport = fetchTransport()

    for (const attempt of [1, 2]) {
      const { body } = await transport.send(request, exchange())
      expect([attempt, Buffer.from(body).toString()]).toEqual([attempt, 'ping'])
    }
  })

  it('takes a response without a body as empty', async () => {
    const origin = await serve((_, response) => response.writeHead(204).end())
    const { status, body } = await fetchTransport().send(requestFor({ url: origin }), exchange())
    expect([status, body.byteLength]).toEqual([204, 0])
  })

  it('hands over what is packed unpacked, and every status as a response', async () => {
    const origin = await serve((_, response) =>
      response.writeHead(500, { 'content-encoding': 'gzip' }).end(gzipSync('oh no')),
    )
    const { status, body } = await fetchTransport().send(requestFor({ url: origin }), exchange())
    expect([status, Buffer.from(body).toString()]).toEqual([500, 'oh no'])
  })

  it('asks for no coding, and refuses a success that is encoded all the same: fetch of Node does not tell of a cut', async () => {
    expect(fetchTransport().headers).toEqual({ 'accept-encoding': 'identity' })
    const cut = gzipSync('half of this is missing').subarray(0, -12)
    const origin = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(cut))
    const error: unknown = await fetchTransport()
      .send(requestFor({ url: origin }), exchange())
      .catch((caught) => caught)
    expect(error).toMatchObject({ code: 'SLUICE_BAD_ENCODING' })
  })

  it('keeps the head of an unsuccessful answer whose body breaks, with what was read of it', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(429, { 'retry-after': '7', 'content-length': '100' }).write('slow')
      setTimeout(() => response.destroy(), 20)
    })
    const { status, headers, body } = await fetchTransport().send(requestFor({ url: origin }), exchange())
    expect([status, headers['retry-after'], Buffer.from(body).toString()]).toEqual([429, '7', 'slow'])
  })

  it('reads no more than the limit of the body of an unsuccessful answer', async () => {
    const origin = await serve((_, response) => response.writeHead(503).end(Buffer.alloc(5_000)))
    const { status, body } = await fetchTransport({ maxBody: 1_000 }).send(requestFor({ url: origin }), exchange())
    expect([status, body.byteLength]).toEqual([503, 1_000])
  })

  it('distinguishes a failing body source from a failing server', async () => {
    const origin = await serve((request, response) => request.resume().on('end', () => response.end()))
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      throw new Error('disk read failed')
    }
    const error: unknown = await fetchTransport()
      .send(requestFor({ url: origin, method: 'PUT', body: failing }), exchange())
      .catch((caught) => caught)
    expect(error).toMatchObject({
      code: 'SLUICE_BODY_SOURCE',
      message: 'the body of the request could not be read: disk read failed',
    })
  })

  it('does not follow a redirect', async () => {
    const seen: (string | undefined)[] = []
    const origin = await serve((request, response) => {
      seen.push(request.url)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    const { status, headers } = await fetchTransport().send(requestFor({ url: `${origin}/here` }), exchange())
    expect([status, headers.location, seen]).toEqual([302, '/elsewhere', ['/here']])
  })

  it.each([
    ['as it came', (response: ServerResponse) => response.end(Buffer.alloc(1_001))],
    [
      'as unpacked',
      (response: ServerResponse) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_001))),
    ],
  ])('refuses a body beyond the limit, %s, and takes one of just that size', async (_, answer) => {
    const origin = await serve((__, response) => answer(response))
    const request = requestFor({ url: origin })

    // A given fetch is trusted to tell when an encoded body is cut short.
    const given: typeof fetch = (...sent) => fetch(...sent)
    const error: unknown = await fetchTransport({ fetch: given, maxBody: 1_000 })
      .send(request, exchange())
      .catch((caught) => caught)

    expect(error).toBeInstanceOf(BodyError)
    expect(error).toMatchObject({
      code: 'SLUICE_BODY_TOO_LARGE',
      status: 200,
      message: 'the body has more than 1000 bytes, more than the limit of 1000 (maxBody)',
    })
    expect((await fetchTransport({ fetch: given, maxBody: 1_001 }).send(request, exchange())).body.byteLength).toBe(
      1_001,
    )
  })

  it.each(['before the answer', 'within the body'])(
    'ends at once when cancelled %s, and closes the connection',
    async (when) => {
      let closed: () => void
      const connectionClosed = new Promise<void>((resolve) => {
        closed = resolve
      })
      let arrived: () => void
      const requestArrived = new Promise<void>((resolve) => {
        arrived = resolve
      })
      const origin = await serve((request, response) => {
        request.socket.on('close', () => closed())
        if (when === 'within the body') response.write('a beginning')
        arrived()
      })
      const ongoing = exchange()
      const sending = fetchTransport().send(requestFor({ url: origin }), ongoing)
      const refusal = expect(sending).rejects.toThrow(ConnectionLostError)
      await requestArrived

      ongoing.cancellation.cancel(new Error('enough'))

      await refusal
      await connectionClosed
      await expect(sending).rejects.toThrow(/^the exchange with 127\.0\.0\.1:\d+ was cancelled$/)
    },
  )

  it('says that nothing was sent when the port is closed', async () => {
    const origin = await serve(() => {})
    await new Promise((resolve) => server!.close(resolve))
    server = undefined

    const error: unknown = await fetchTransport()
      .send(requestFor({ url: origin }), exchange())
      .catch((caught) => caught)

    expect(error).toBeInstanceOf(ConnectError)
    expect(error).toMatchObject({
      code: 'SLUICE_CONNECT',
      sent: 'no',
      message: `cannot connect to ${origin.slice(7)}: connection refused (ECONNREFUSED)`,
    })
  })

  it('says that it may have been sent when the connection ends without a response', async () => {
    const origin = await serve((request) => request.socket.destroy())
    const error: unknown = await fetchTransport()
      .send(requestFor({ url: origin }), exchange())
      .catch((caught) => caught)
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({ code: 'SLUICE_CONNECTION_LOST', sent: 'maybe' })
  })

  it('sends through the fetch it is given', async () => {
    const given: typeof fetch = async (url, init) => new Response(`${init?.method} ${String(url)}`)
    const { body } = await fetchTransport({ fetch: given }).send(requestFor({ url: 'https://api.test/' }), exchange())
    expect(Buffer.from(body).toString()).toBe('GET https://api.test/')
  })
})
