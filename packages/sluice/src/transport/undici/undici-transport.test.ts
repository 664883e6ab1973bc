import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createRequest } from '../../http/create-request.ts'
import type { RequestSpec } from '../../http/request.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { Cancellation } from '../../time/cancellation.ts'
import { fetchTransport } from '../fetch-transport.ts'
import type { OwnExchange, Transport } from '../transport.ts'
import type { UndiciTransportOptions } from './undici-transport.ts'
import { undiciTransport } from './undici-transport.ts'

let server: Server | undefined
let transport: Transport | undefined

afterEach(async () => {
  await transport?.close()
  const closing = server
  server = undefined
  closing?.closeAllConnections()
  if (closing !== undefined) await new Promise((resolve) => closing.close(resolve))
})

/** Serves on loopback; gives the address. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const listening = createServer(answer)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

function open(options: UndiciTransportOptions = {}): Transport {
  transport = undiciTransport({ proxy: 'none', ...options })
  return transport
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

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error) => error,
  )

it.each(['undici', 'fetch'])('%s reports the head of a refusal before its body ends', async (name) => {
  let end = (): void => {}
  const origin = await serve((_request, response) => {
    response.writeHead(429, { 'retry-after': '3' }).write('busy')
    end = () => response.end()
  })
  const using = name === 'fetch' ? fetchTransport() : open()
  const head = Promise.withResolvers<unknown>()
  const onHead: OwnExchange['onHead'] = (status, headers) => head.resolve([status, headers['retry-after']])
  const answer = using.send(requestFor({ url: origin }), { ...exchange(), onHead })
  expect(await head.promise).toEqual([429, '3'])
  end()
  expect((await answer).status).toBe(429)
})

describe('undiciTransport', () => {
  it('carries the request there and the whole response back, unpacked', async () => {
    const received: string[] = []
    const origin = await serve(async (request, response) => {
      received.push(`${request.method} ${request.url} ${request.headers['x-a']} ${await text(request)}`)
      response.writeHead(201, { 'Content-Encoding': 'gzip', 'Set-Cookie': ['a=1', 'b=2'], Link: ['<1>', '<2>'] })
      response.end(gzipSync('hello'))
    })
    const log: string[] = []

    const request = requestFor({ url: `${origin}/x?q=1`, method: 'PUT', headers: { 'X-A': '7' }, body: 'ping' })
    const { status, headers, body } = await open().send(request, exchange(log))

    expect(received).toEqual(['PUT /x?q=1 7 ping'])
    expect([status, Buffer.from(body).toString()]).toEqual([201, 'hello'])
    expect(headers).toMatchObject({ 'set-cookie': 'a=1\nb=2', link: '<1>, <2>' })
    expect(log).toEqual(['sent', 'first byte'])
  })

  it('uses a connection again', async () => {
    const sockets = new Set<Socket>()
    const origin = await serve((request, response) => {
      sockets.add(request.socket)
      response.end()
    })
    const { send } = open({ connections: 1 })
    for (let sent = 0; sent < 5; sent++) await send(requestFor({ url: origin }), exchange())
    expect(sockets.size).toBe(1)
  })

  it('opens a connection for each request where they are not to be kept', async () => {
    const sockets = new Set<Socket>()
    const asked: (string | undefined)[] = []
    const origin = await serve((request, response) => {
      sockets.add(request.socket)
      asked.push(request.headers.connection)
      response.end()
    })
    const { send } = open({ keepAlive: false })
    for (let sent = 0; sent < 3; sent++) await send(requestFor({ url: origin }), exchange())
    expect([sockets.size, asked]).toEqual([3, ['close', 'close', 'close']])
  })

  it('refuses a body by its content-length, or when it grows beyond the limit', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/announced') response.writeHead(200, { 'content-length': 1_001 })
      response.write(Buffer.alloc(600))
      response.end(Buffer.alloc(401))
    })
    const { send } = open({ maxBody: 1_000 })
    expect(await failureOf(send(requestFor({ url: `${origin}/announced` }), exchange()))).toMatchObject({
      code: 'SLUICE_BODY_TOO_LARGE',
      message: 'the body has 1001 bytes, more than the limit of 1000 (maxBody)',
    })
    expect(await failureOf(send(requestFor({ url: `${origin}/grown` }), exchange()))).toMatchObject({
      code: 'SLUICE_BODY_TOO_LARGE',
      message: 'the body has more than 1000 bytes, more than the limit of 1000 (maxBody)',
    })
  })

  it.each([
    ['HEAD', 200],
    ['GET', 304],
  ])('takes the length that %s with %d announces for what it is: of no body', async (method, expected) => {
    const origin = await serve((_, response) => response.writeHead(expected, { 'content-length': 5_000_000 }).end())
    const { status, body } = await open({ maxBody: 1_000 }).send(requestFor({ url: origin, method }), exchange())
    expect([status, body.byteLength]).toEqual([expected, 0])
  })

  it('does not send what was cancelled before', async () => {
    let requests = 0
    const origin = await serve((_, response) => {
      requests++
      response.end()
    })
    const ongoing = exchange()
    ongoing.cancellation.cancel('enough')
    expect(await failureOf(open().send(requestFor({ url: origin }), ongoing))).toMatchObject({
      code: 'SLUICE_CONNECTION_LOST',
    })
    expect(requests).toBe(0)
  })

  it('says how much of a body came when it is cut short', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('abc', () => response.socket?.end())
    })
    expect(await failureOf(open().send(requestFor({ url: origin }), exchange()))).toMatchObject({
      name: 'BodyError',
      code: 'SLUICE_BODY_TRUNCATED',
      status: 200,
      message: `the body ends after 3 of 100 bytes: ${origin.slice(7)} closed the connection`,
    })
  })

  it('distinguishes the race on an idle connection from other losses', async () => {
    const served = new WeakSet<Socket>()
    const clock = new ManualClock()
    const origin = await serve((request, response) => {
      if (request.url === '/begun') request.socket.end('HTTP/1.1 200 OK\r\nx-a: ')
      else if (request.url === '/late') clock.advance(200).then(() => request.socket.destroy())
      else if (request.url === '/new' || served.has(request.socket)) request.socket.destroy()
      else response.end()
      served.add(request.socket)
    })
    const { send } = open({ connections: 1, clock })
    expect(await failureOf(send(requestFor({ url: `${origin}/new` }), exchange()))).toMatchObject({
      code: 'SLUICE_CONNECTION_LOST',
      sent: 'maybe',
      idleRace: false,
    })
    await send(requestFor({ url: `${origin}/kept` }), exchange())
    expect(await failureOf(send(requestFor({ url: `${origin}/kept` }), exchange()))).toMatchObject({
      code: 'SLUICE_CONNECTION_LOST',
      sent: 'maybe',
      idleRace: true,
    })
    await send(requestFor({ url: `${origin}/kept` }), exchange())
    expect(await failureOf(send(requestFor({ url: `${origin}/begun` }), exchange()))).toMatchObject({
      code: 'SLUICE_CONNECTION_LOST',
      idleRace: false,
    })
    await send(requestFor({ url: `${origin}/kept` }), exchange())
    expect(await failureOf(send(requestFor({ url: `${origin}/late` }), exchange()))).toMatchObject({
      code: 'SLUICE_CONNECTION_LOST',
      idleRace: false,
    })
  })

  it('says that nothing was sent when the port is closed', async () => {
    const origin = await serve(() => {})
    await new Promise((resolve) => server!.close(resolve))
    const log: string[] = []
    expect(await failureOf(open().send(requestFor({ url: origin }), exchange(log)))).toMatchObject({
      name: 'ConnectError',
      code: 'SLUICE_CONNECT',
      sent: 'no',
      message: `cannot connect to ${origin.slice(7)}: connection refused (ECONNREFUSED)`,
    })
    expect(log).toEqual([])
  })

  it('ends at once when cancelled, with the connection closed, and leaves other requests alone', async () => {
    let closed = 0
    const arrived = Promise.withResolvers<void>()
    const origin = await serve((request, response) => {
      if (request.url !== '/slow') {
        response.end('next')
        return
      }
      request.socket.on('close', () => closed++)
      arrived.resolve()
    })
    const { send } = open({ connections: 1 })
    const [slow, queued] = [exchange(), exchange()]
    const slowFailure = failureOf(send(requestFor({ url: `${origin}/slow` }), slow))
    const queuedFailure = failureOf(send(requestFor({ url: `${origin}/queued` }), queued))
    const next = send(requestFor({ url: `${origin}/next` }), exchange())
    await arrived.promise

    queued.cancellation.cancel('enough')
    slow.cancellation.cancel('enough')

    for (const failure of [await slowFailure, await queuedFailure]) {
      expect(failure).toMatchObject({ message: `the exchange with ${origin.slice(7)} was cancelled` })
    }
    expect(Buffer.from((await next).body).toString()).toBe('next')
    expect(closed).toBe(1)
  })

  it.each([
    [{ connections: 0 }, 'connections: expected a whole number from 1 up, got 0 (number)'],
    [{ maxBody: 0.5 }, 'maxBody: expected a whole number from 1 up, got 0.5 (number)'],
    [{ keepAlive: 'no' as never }, 'keepAlive: expected'],
    [{ connectTimeout: 'soon' }, 'connectTimeout: expected a duration'],
  ])('refuses the options %j', (options, message) => {
    expect(() => undiciTransport(options)).toThrow(message)
  })
})

async function text(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString()
}
