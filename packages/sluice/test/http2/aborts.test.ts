import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../src/client/create-client.ts'
import type { ClientOptions } from '../../src/client/settings.ts'
import type { Client } from '../../src/index.ts'
import { certificate } from './certificate.ts'
import { FrameServer, type FrameServerOptions, flag, type } from './frame-server.ts'
import { failureOf, openTransport, send, TestExchange, tls, wait } from './support.ts'

async function serve(options: FrameServerOptions): Promise<FrameServer> {
  const server = await FrameServer.listen(options)
  onTestFinished(() => server.close())
  return server
}

function openClient(options: ClientOptions = {}): Client {
  const client = createClient({ proxy: 'none', http2: true, tls, breaker: false, retry: false, ...options })
  onTestFinished(() => client.close())
  return client
}

describe('aborted calls over HTTP/2', () => {
  it('settle when the server has read that they are over', async () => {
    const server = await serve({ onRequest: () => {} })
    const transport = openTransport()
    onTestFinished(() => transport.close())
    const exchange = new TestExchange()
    const failure = failureOf(send(transport, { url: server.url }, exchange))
    await expect.poll(() => server.openStreams).toBe(1)
    exchange.cancellation.cancel('enough')
    expect(server.openStreams).toBe(1)
    expect(await failure).toMatchObject({ message: `the exchange with ${server.url.slice(8)} was cancelled` })
    expect(server.openStreams).toBe(0)
    const kinds = server.connections[0]!.frames.map((frame) => frame.type)
    expect(kinds.indexOf(type.ping)).toBeGreaterThan(kinds.indexOf(type.rst))
  })

  it('settle after 250 ms where the server answers no PING', async () => {
    const server = await serve({
      onConnection: (connection) => {
        connection.answersPings = false
        connection.settings()
      },
      onRequest: () => {},
    })
    const transport = openTransport()
    onTestFinished(() => transport.close())
    const exchange = new TestExchange()
    const failure = failureOf(send(transport, { url: server.url }, exchange))
    await expect.poll(() => server.openStreams).toBe(1)
    const startedAt = performance.now()
    exchange.cancellation.cancel('enough')
    await failure
    expect(performance.now() - startedAt).toBeGreaterThan(200)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  it('are reported with one PING, however many they are', async () => {
    const server = await serve({ onRequest: () => {} })
    const client = openClient({ concurrency: 100 })
    const stop = new AbortController()
    const running = client.all(
      Array.from({ length: 100 }, () => server.url),
      { signal: stop.signal },
    )
    await expect.poll(() => server.openStreams).toBe(100)
    stop.abort()
    await failureOf(running)
    await expect.poll(() => server.openStreams).toBe(0)
    expect(
      server.connections[0]!.frames.filter((frame) => frame.type === type.ping && frame.flags !== flag.ack),
    ).toHaveLength(1)
  })

  it('keep the concurrency at the server: 20 streams at most, through timeouts and hangs', async () => {
    const server = await serve({
      onRequest: (connection, id, nth) => {
        if (nth % 3 !== 0) setTimeout(() => connection.open.has(id) && connection.answer(id), nth % 10)
      },
    })
    const client = openClient({ concurrency: 20, timeout: '30ms', retry: { maxAttempts: 2, base: 1, cap: 1 } })
    await client.all(Array.from({ length: 300 }, (_, nth) => `${server.url}/${nth}`))
    expect(server.most).toBe(20)
  })

  it('keep the concurrency at the server: 20 streams at most, through broken sessions', async () => {
    const server = await serve({
      onRequest: (connection, id, nth) => {
        // A server that breaks a connection, or gives it up with an error, is done with its streams.
        const how = nth % 150 === 0 ? 'break' : nth % 110 === 0 ? 'give up' : nth % 40 === 0 ? 'goodbye' : 'answer'
        if (how === 'break') connection.socket.destroy()
        if (how === 'give up') connection.goaway(id, 2)
        if (how === 'break' || how === 'give up') connection.open.clear()
        if (how === 'goodbye') connection.goaway(id)
        setTimeout(() => connection.open.has(id) && connection.answer(id), 5)
      },
    })
    const client = openClient({ concurrency: 20, retry: { base: 1, cap: 5 } })
    const results = await client.all(Array.from({ length: 300 }, (_, nth) => `${server.url}/${nth}`))
    expect(results.filter(({ ok }) => ok)).toHaveLength(300)
    expect(server.most).toBe(20)
  })

  it.each(['signal', 'close', 'leave', 'maxTime', 'fetch'])('leave nothing behind: %s', async (how) => {
    const server = http2.createSecureServer({ ...certificate, settings: { maxConcurrentStreams: 30 } })
    const sessions = new Set<http2.ServerHttp2Session>()
    server.on('session', (session) => {
      sessions.add(session)
      session.on('error', () => {}).on('close', () => sessions.delete(session))
    })
    server.on('stream', (stream) => {
      stream.on('error', () => {})
      if (Math.random() < 0.3) return
      setTimeout(() => {
        if (stream.destroyed) return
        stream.respond({ ':status': 200 })
        stream.end('x')
      }, Math.random() * 10)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const list = Array.from({ length: 100 }, (_, nth) => `${url}/${nth}`)

    for (let round = 0; round < 5; round++) {
      const client = createClient({
        proxy: 'none',
        http2: true,
        tls,
        concurrency: 50,
        timeout: 300,
        retry: false,
        breaker: false,
      })
      if (how === 'signal') await failureOf(client.all(list, { signal: AbortSignal.timeout(5 * round + 1) }))
      if (how === 'leave') for await (const _ of client.stream(list)) break
      if (how === 'maxTime') await failureOf(client.all(list, { maxTime: 10 * round + 1 }))
      if (how === 'fetch')
        await Promise.all(
          list.map((one) => failureOf(client.fetch(one, { signal: AbortSignal.timeout(10 * round + 1) }))),
        )
      if (how === 'close') {
        const running = failureOf(client.all(list))
        await wait(5 * round + 1)
        await client.close()
        await running
      }
      await client.close()
    }
    await expect.poll(() => sessions.size).toBe(0)
  })

  it('calls after close are refused', async () => {
    const server = await serve({ onRequest: () => {} })
    const transport = openTransport()
    const pending = failureOf(send(transport, { url: server.url }))
    await expect.poll(() => server.requests).toBe(1)
    await transport.close()
    expect(await pending).toBeInstanceOf(Error)
    expect(await failureOf(send(transport, { url: server.url }))).toMatchObject({
      code: 'SLUICE_CONNECT',
      message: `cannot connect to ${server.url.slice(8)}: the transport is closed`,
    })
  })
})
