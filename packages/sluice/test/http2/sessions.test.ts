import * as http2 from 'node:http2'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../src/client/create-client.ts'
import type { ClientOptions } from '../../src/client/settings.ts'
import type { Client } from '../../src/index.ts'
import type { Transport } from '../../src/transport/transport.ts'
import { certificate } from './certificate.ts'
import { type Connection, FrameServer, type FrameServerOptions, type } from './frame-server.ts'
import { failureOf, openTransport, send, textOf, tls } from './support.ts'

async function serve(options: FrameServerOptions): Promise<FrameServer> {
  const server = await FrameServer.listen(options)
  onTestFinished(() => server.close())
  return server
}

function open(options: Parameters<typeof openTransport>[0] = {}): Transport {
  const transport = openTransport(options)
  onTestFinished(() => transport.close())
  return transport
}

function openClient(options: ClientOptions = {}): Client {
  const retry = { base: 1, cap: 5 }
  const client = createClient({ proxy: 'none', http2: true, tls, breaker: false, retry, ...options })
  onTestFinished(() => client.close())
  return client
}

async function listen(server: https.Server | http2.Http2SecureServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const maxStreams = (limit: number) => [3, limit] as const

describe('sessions of HTTP/2', () => {
  it('wait for the first connection, and share it', async () => {
    const server = await serve({ onRequest: (connection, id) => setTimeout(() => connection.answer(id), 20) })
    const transport = open()
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(transport, { url: server.url })))
    expect(answers.map(textOf)).toEqual(Array.from({ length: 20 }, () => 'ok'))
    expect([server.connections.length, server.most]).toEqual([1, 20])
  })

  it('are as many as the calls in flight need where one takes few streams', async () => {
    const server = await serve({
      onConnection: (connection) => connection.settings(maxStreams(4)),
      onRequest: (connection, id) => {
        expect(connection.open.size).toBeLessThanOrEqual(4)
        setTimeout(() => connection.answer(id), 100)
      },
    })
    const transport = open()
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(transport, { url: server.url })))
    expect(answers).toHaveLength(10)
    expect(server.connections).toHaveLength(3)
  })

  it('are no more than `connections`: the other calls wait for a stream', async () => {
    const server = await serve({
      onConnection: (connection) => connection.settings(maxStreams(2)),
      onRequest: (connection, id) => setTimeout(() => connection.answer(id), 50),
    })
    const transport = open({ connections: 2 })
    await Promise.all(Array.from({ length: 20 }, () => send(transport, { url: server.url })))
    expect([server.connections.length, server.most]).toEqual([2, 4])
  })

  it('without a stream to give keep calls waiting, as time to connect, until they give one', async () => {
    const server = await serve({
      onConnection: (connection) => connection.settings(maxStreams(0)),
      onRequest: (connection, id) => connection.answer(id),
    })
    const client = openClient({ timeout: '100ms', retry: false })
    const result = await client.try(server.url)
    expect(!result.ok && result.error).toMatchObject({ code: 'SLUICE_ATTEMPT_TIMEOUT', sent: 'no' })
    const waiting = client.try(server.url)
    setTimeout(() => server.connections[0]!.settings(maxStreams(1)), 20)
    expect((await waiting).ok).toBe(true)
    expect([server.connections.length, server.requests]).toEqual([1, 1])
  })

  it('whose limit is lowered under their streams finish those, and a further session takes the rest', async () => {
    const server = await serve({
      onRequest: (connection, id, nth) => {
        if (nth === 1) connection.settings(maxStreams(0))
        setTimeout(() => connection.answer(id, String(connection.number)), 300)
      },
    })
    const transport = open()
    const first = send(transport, { url: server.url })
    // The client's own, its acknowledgement of the first ones, and that of the new ones.
    await expect.poll(() => server.connections[0]?.count(type.settings)).toBe(3)
    const second = send(transport, { url: server.url })
    expect([textOf(await first), textOf(await second)]).toEqual(['1', '2'])
  })

  it('carry one call each without keepAlive', async () => {
    const server = await serve({ onRequest: (connection, id) => connection.answer(id) })
    const transport = open({ keepAlive: false })
    for (let nth = 0; nth < 3; nth++) await send(transport, { url: server.url })
    await Promise.all([1, 2].map(() => send(transport, { url: server.url })))
    expect(server.connections).toHaveLength(5)
    await expect.poll(() => server.connections.every(({ socket }) => socket.destroyed)).toBe(true)
  })

  it('that are never set up fail within the connectTimeout: nothing was sent', async () => {
    const onConnection = (connection: Connection): void => {
      connection.answersSettings = false
    }
    const server = await serve({ onConnection, onRequest: () => {} })
    const transport = open({ connectTimeout: '500ms' })
    const failures = await Promise.all(
      [1, 2].map(() => failureOf(send(transport, { url: server.url, method: 'POST' }))),
    )
    for (const failure of failures) {
      expect(failure).toMatchObject({
        code: 'SLUICE_CONNECT_TIMEOUT',
        sent: 'no',
        message: `cannot connect to ${server.url.slice(8)}: no HTTP/2 settings within the connectTimeout of 500 ms`,
      })
    }
    expect([server.connections.length, server.requests]).toEqual([1, 0])
  })

  it('are set up with no push, and windows that do not slow a download down', async () => {
    const server = await serve({ onRequest: (connection, id) => connection.answer(id) })
    await send(open(), { url: server.url })
    const settings = server.connections[0]!.frames[0]!.payload
    const pairs = new Map<number, number>()
    for (let at = 0; at < settings.byteLength; at += 6)
      pairs.set(settings.readUInt16BE(at), settings.readUInt32BE(at + 2))
    expect([pairs.get(2), pairs.get(4)]).toEqual([0, 4 * 1024 * 1024])
  })
})

describe('an origin that speaks HTTP/1.1', () => {
  it('is asked once, and the connection that found out is used', async () => {
    let connections = 0
    const server = https.createServer({ ...certificate }, (_, response) => setTimeout(() => response.end('one'), 20))
    server.on('secureConnection', () => connections++)
    const url = await listen(server)
    onTestFinished(async () => {
      server.closeAllConnections()
      server.close()
    })
    const transport = open()
    const answers = await Promise.all([1, 2, 3].map(() => send(transport, { url })))
    answers.push(await send(transport, { url }))
    expect(answers.map(textOf)).toEqual(['one', 'one', 'one', 'one'])
    expect(connections).toBe(3)
  })

  it('may say so on a stream (HTTP_1_1_REQUIRED): the call is repeated there, a POST too', async () => {
    const seen: string[] = []
    const server = http2.createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
      seen.push(`${request.httpVersion} ${request.method}`)
      if (request.httpVersion === '2.0') request.stream.close(http2.constants.NGHTTP2_HTTP_1_1_REQUIRED)
      else response.end('one')
    })
    const url = await listen(server)
    onTestFinished(() => void server.close())
    const client = openClient()
    // The server closes its connections of HTTP/1.1 when its client does.
    expect(await client.post(url, { json: 1 })).toMatchObject({ value: 'one' })
    await client.get(url)
    expect(seen).toEqual(['2.0 POST', '1.1 POST', '1.1 GET'])
  })

  it('is not taken at its word where it does not speak it: the call was not processed, and others continue', async () => {
    const server = await serve({
      onRequest: (connection, id, nth) => (nth === 1 ? connection.reset(id, 13) : connection.answer(id)),
    })
    const transport = open()
    expect(await failureOf(send(transport, { url: server.url, method: 'POST' }))).toMatchObject({
      code: 'SLUICE_NOT_PROCESSED',
      message: `${server.url.slice(8)} did not process the request (HTTP_1_1_REQUIRED)`,
    })
    expect(textOf(await send(transport, { url: server.url }))).toBe('ok')
  })
})

describe('GOAWAY and refused streams', () => {
  it('streams that a GOAWAY leaves out are repeated on a new session, a POST too; the others finish', async () => {
    const server = await serve({
      onRequest: (connection, id, nth) => {
        if (nth === 3) connection.goaway(1)
        if (nth <= 3 && id !== 1) return
        setTimeout(() => connection.answer(id, `session ${connection.number}`), 30)
      },
    })
    const client = openClient()
    const results = await Promise.all([1, 2, 3].map(() => client.post(server.url, { json: 1 })))
    expect(results.map(({ value }) => value).sort()).toEqual(['session 1', 'session 2', 'session 2'])
    expect([server.connections.length, server.requests]).toEqual([2, 5])
  })

  it.each([0, 2, 11])('a POST is repeated through a storm of GOAWAY with code %d', async (code) => {
    const server = await serve({
      onRequest: (connection, id, nth) => (nth <= 8 ? connection.goaway(0, code) : connection.answer(id)),
    })
    const result = await openClient().try({ url: server.url, method: 'POST', json: 1 })
    expect([result.ok, server.requests, server.connections.length]).toEqual([true, 9, 9])
  })

  it('a POST that is refused ten times is repeated, and uses up no attempt', async () => {
    const server = await serve({
      onRequest: (connection, id, nth) => (nth <= 10 ? connection.reset(id, 7) : connection.answer(id)),
    })
    const result = await openClient().try({ url: server.url, method: 'POST', json: 1 })
    expect([result.ok, server.requests, server.connections.length]).toEqual([true, 11, 1])
  })

  it('a server that refuses forever is asked 21 times', async () => {
    const server = await serve({ onRequest: (connection, id) => connection.reset(id, 7) })
    const client = openClient({ retry: { maxAttempts: 2, base: 1, cap: 2 } })
    const result = await client.try({ url: server.url, method: 'POST', json: 1 })
    expect(!result.ok && result.error).toMatchObject({ code: 'SLUICE_NOT_PROCESSED' })
    expect(server.requests).toBe(22)
  })

  it('a GOAWAY between calls is no loss: the next call has a new session', async () => {
    const server = await serve({
      onRequest: (connection, id) => {
        connection.answer(id, String(connection.number))
        connection.goaway(id)
      },
    })
    const client = openClient({ retry: false })
    const values: unknown[] = []
    for (let nth = 0; nth < 4; nth++) values.push((await client.post(server.url, { json: 1 })).value)
    expect(values).toEqual(['1', '2', '3', '4'])
  })

  it('calls in the milliseconds after a connection broke are repeated', async () => {
    const server = await serve({
      onRequest: (connection, id, nth) => (nth === 5 ? connection.socket.destroy() : connection.answer(id)),
    })
    const client = openClient()
    const results = await client.all(Array.from({ length: 50 }, (_, nth) => `${server.url}/${nth}`))
    expect(results.filter(({ ok }) => ok)).toHaveLength(50)
  })

  it('a server that ends every session at once is not asked in a tight loop', async () => {
    const server = await serve({
      onConnection: (connection) => {
        connection.settings(maxStreams(0))
        connection.goaway(0)
      },
      onRequest: () => {},
    })
    const client = openClient({ timeout: '500ms', retry: false })
    expect((await client.try(server.url)).ok).toBe(false)
    expect(server.connections.length).toBeLessThanOrEqual(2)
  })
})

describe('a session that went silent', () => {
  it('is replaced after the first timeout: every call succeeds', async () => {
    let isDead = false
    const server = await serve({
      onFrame: (_, connection) => {
        connection.answersPings = !isDead || connection.number > 1
      },
      onRequest: (connection, id) => {
        if (!isDead || connection.number > 1) connection.answer(id)
      },
    })
    const client = openClient({ timeout: '150ms' })
    await client.get(server.url)
    isDead = true
    const results = await Promise.all([1, 2, 3].map(() => client.try(server.url)))
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true])
    expect(server.connections).toHaveLength(2)
    await expect.poll(() => server.connections[0]!.socket.destroyed).toBe(true)
  })

  it('but answers a PING is kept: one slow answer costs no connection', async () => {
    const server = await serve({ onRequest: (connection, id, nth) => void (nth > 1 && connection.answer(id)) })
    const client = openClient({ timeout: '100ms' })
    expect((await client.try(server.url)).ok).toBe(true)
    expect(server.connections).toHaveLength(1)
  })

  it('whose window stays closed is retired after an upload timed out', async () => {
    const server = await serve({ onRequest: (connection, id, nth) => void (nth > 1 && connection.answer(id)) })
    const client = openClient({ timeout: '500ms', retry: { unsafe: true, base: 1, cap: 1 } })
    const result = await client.try({ url: server.url, method: 'POST', body: Buffer.alloc(500_000) })
    expect([result.ok, server.connections.length]).toEqual([true, 2])
  })
})

describe('a server of HTTP/2 that is no good', () => {
  it('is detected when it agrees on h2 and speaks something else', async () => {
    const server = createTlsServer({ ...certificate, ALPNProtocols: ['h2'] }, (socket) => {
      socket.on('error', () => {})
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const transport = open()
    expect(await failureOf(send(transport, { url }))).toMatchObject({ code: 'SLUICE_CONNECT', sent: 'no' })
  })

  it('is named when it speaks HTTP/2 only and that was not offered', async () => {
    const server = await serve({ onRequest: () => {} })
    const transport = open({ http2: false })
    const message =
      /^cannot connect to .*: the server does not offer HTTP\/1.1 over TLS; if it speaks HTTP\/2 only, set http2: true/
    expect(await failureOf(send(transport, { url: server.url }))).toMatchObject({
      code: 'SLUICE_TLS',
      message: expect.stringMatching(message),
    })
  })

  it('that is not there fails every call that waits for it', async () => {
    const server = await serve({ onRequest: () => {} })
    await server.close()
    const transport = open()
    const failures = await Promise.all([1, 2, 3].map(() => failureOf(send(transport, { url: server.url }))))
    for (const failure of failures) expect(failure).toMatchObject({ code: 'SLUICE_CONNECT', sent: 'no' })
  })
})
