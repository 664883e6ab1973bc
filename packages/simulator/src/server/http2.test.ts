import * as http2 from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ScenarioInput } from '../scenario/resolve-scenario.ts'
import { type RunningSimulator, serveSimulator } from './serve-simulator.ts'

let running: RunningSimulator
let client: http2.ClientHttp2Session

async function serve(scenario: ScenarioInput = { latency: 0 }): Promise<void> {
  running = await serveSimulator({ scenario, tls: true, http2: true })
  client = await open()
}

async function open(): Promise<http2.ClientHttp2Session> {
  const session = http2.connect(running.url, { ca: running.ca })
  session.on('error', () => {})
  await new Promise((resolve) => session.once('remoteSettings', resolve))
  return session
}

afterEach(async () => {
  client.destroy()
  await running.close()
})

interface Said {
  readonly status: number | undefined
  readonly headers: http2.IncomingHttpHeaders
  readonly body: Buffer
  /** Code with which the stream ended, 0 for a clean end; undefined if it was still open after `patience` ms. */
  readonly code: number | undefined
}

/** Sends a request on its own stream, until it ends or `patience` milliseconds have passed. */
function ask(path: string, more: http2.OutgoingHttpHeaders = {}, sent?: Uint8Array, patience = 5_000): Promise<Said> {
  return new Promise((resolve) => {
    const stream = client.request({ ':path': path, ...more })
    let headers: http2.IncomingHttpHeaders & { readonly ':status'?: number | undefined } = {}
    const chunks: Buffer[] = []
    const done = (code: number | undefined) => {
      clearTimeout(timer)
      resolve({ status: headers[':status'], headers, body: Buffer.concat(chunks), code })
    }
    const timer = setTimeout(() => done(undefined), patience)
    stream.on('response', (received) => {
      headers = received
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', () => {})
    stream.on('close', () => done(stream.rstCode))
    stream.end(sent)
  })
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 400; tries++) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(condition()).toBe(true)
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

describe('HTTP/2', () => {
  it('carries many streams on one connection', async () => {
    await serve({ latency: '50ms' })
    const all = await Promise.all(Array.from({ length: 80 }, (_, index) => ask(`/products/${index + 1}`)))
    expect(all.map(({ status, body }) => [status, JSON.parse(String(body)).id])).toEqual(
      Array.from({ length: 80 }, (_, index) => [200, index + 1]),
    )
    expect(running.stats()).toMatchObject({ connections: 1, streams: 80, largestAtOnce: 80, requests: 80, inFlight: 0 })
  })

  it('carries bodies both ways, with the headers as they were named', async () => {
    await serve()
    const echoed = await ask('/echo?a=1', { ':method': 'POST', 'x-a': '1' }, Buffer.from('hello'))
    expect(JSON.parse(String(echoed.body))).toEqual({
      method: 'POST',
      path: '/echo',
      query: { a: '1' },
      headers: { host: `127.0.0.1:${running.port}`, 'x-a': '1' },
      body: 'hello',
    })
    expect((await ask('/echo', { ':method': 'POST' }, Buffer.alloc(10 * 1024 * 1024 + 1))).status).toBe(413)
    expect((await ask('/bytes/3000000')).body.byteLength).toBe(3_000_000)
  })

  it('says nothing about the connection in its headers, and sends no body to HEAD and with 204', async () => {
    await serve()
    const { headers } = await ask('/products/1')
    expect(Object.keys(headers).sort()).toEqual([':status', 'content-length', 'content-type', 'date'])
    const head = await ask('/products/1', { ':method': 'HEAD' })
    expect([head.status, head.headers['content-length'], head.body.byteLength, head.code]).toEqual([
      200,
      headers['content-length'],
      0,
      0,
    ])
    expect(await ask('/status/204')).toMatchObject({ status: 204, code: 0 })
  })

  it('knows its own address: pages that say where the next one is say https', async () => {
    await serve()
    const login = await ask(
      '/catalogue/login',
      { ':method': 'POST' },
      Buffer.from('{"user":"a","password":"practice"}'),
    )
    const authorization = `Bearer ${JSON.parse(String(login.body)).access_token}`
    const page = await ask('/catalogue/products/by-next?urls=absolute', { authorization })
    expect(JSON.parse(String(page.body)).next).toMatch(`${running.url}/catalogue/products/by-next?`)
  })

  it('counts a client that leaves, by its stream or by its connection', async () => {
    await serve({ latency: '10s', limit: 'concurrent:3' })
    const streams = [1, 2, 3].map((id) => client.request({ ':path': `/products/${id}` }))
    for (const stream of streams) stream.on('error', () => {})
    await eventually(() => running.stats().inFlight === 3)
    streams[0]!.close(http2.constants.NGHTTP2_CANCEL)
    await eventually(() => running.stats().inFlight === 2)
    client.destroy()
    await eventually(() => running.stats().inFlight === 0)
    expect(running.stats()).toMatchObject({ aborted: 3, refused: 0 })
  })

  it('has counted a response as over when the next request arrives', async () => {
    await serve({ latency: 0, limit: 'concurrent:1' })
    for (let times = 0; times < 50; times++) expect((await ask('/products/1')).status).toBe(200)
    expect(running.stats()).toMatchObject({ refused: 0, largestAtOnce: 1, connections: 1 })
  })

  it('speaks HTTP/1.1 with those who want that', async () => {
    await serve()
    const { Agent, request } = await import('node:https')
    const agent = new Agent({ ca: running.ca!, keepAlive: true })
    const version = await new Promise((resolve, reject) => {
      const sent = request(`${running.url}/products/1`, { agent }, (response) => {
        response.resume().on('end', () => resolve([response.httpVersion, response.headers['keep-alive']]))
      })
      sent.on('error', reject).end()
    })
    agent.destroy()
    expect(version).toEqual(['1.1', 'timeout=5'])
    expect(running.stats()).toMatchObject({ streams: 0, requests: 1 })
  })
})

describe('faults on a stream', () => {
  const announced = ({ headers }: Said) => Number(headers['content-length'])

  it('reset: not a byte, and the others continue', async () => {
    await serve()
    const [torn, other] = await Promise.all([ask('/fault/reset'), ask('/delay/50')])
    expect(torn).toMatchObject({ status: undefined, code: http2.constants.NGHTTP2_INTERNAL_ERROR })
    expect(other.status).toBe(200)
    expect(running.stats()).toMatchObject({ connections: 1, aborted: 0 })
  })

  it('reset-body: half of what was announced, then a reset', async () => {
    await serve()
    const torn = await ask('/fault/reset-body')
    expect(torn.body.byteLength).toBe(Math.floor(announced(torn) / 2))
    expect(torn.code).toBe(http2.constants.NGHTTP2_INTERNAL_ERROR)
  })

  it('hang: silence, and hang-body: silence in the middle', async () => {
    await serve()
    const [silent, half] = await Promise.all(
      ['hang', 'hang-body'].map((name) => ask(`/fault/${name}`, {}, undefined, 100)),
    )
    expect(silent).toMatchObject({ status: undefined, code: undefined })
    expect([half!.body.byteLength, half!.code]).toEqual([Math.floor(announced(half!) / 2), undefined])
  })

  it('truncated: half of what was announced, and the stream is closed', async () => {
    await serve()
    const cut = await ask('/fault/truncated')
    expect(cut.body.byteLength).toBe(Math.floor(announced(cut) / 2))
    // The client detects the premature end itself: the server ended the stream cleanly.
    expect(cut.code).toBe(http2.constants.NGHTTP2_PROTOCOL_ERROR)
    expect((await ask('/products/1')).status).toBe(200)
  })

  it('garbage: the connection is gone, with all that was on it', async () => {
    await serve()
    const other = ask('/delay/10000')
    await eventually(() => running.stats().inFlight === 1)
    const goodbye = new Promise((resolve) => client.once('goaway', resolve))
    expect((await ask('/fault/garbage')).status).toBeUndefined()
    expect((await other).status).toBeUndefined()
    expect(await goodbye).toBe(http2.constants.NGHTTP2_PROTOCOL_ERROR)
    await eventually(() => running.stats().inFlight === 0 && client.destroyed)
  })

  it('drip: whole in the end, in many small pieces', async () => {
    await serve()
    const stream = client.request({ ':path': '/fault/drip?every=4' })
    const pieces: number[] = []
    stream.on('data', (chunk: Buffer) => pieces.push(chunk.byteLength))
    await new Promise((resolve) => stream.once('close', resolve))
    expect(pieces.length).toBeGreaterThan(8)
  })

  it('endless: as much as the client reads, and no more is made', async () => {
    await serve()
    const stream = client.request({ ':path': '/fault/endless' })
    stream.on('error', () => {})
    let received = 0
    await new Promise<void>((resolve) => {
      stream.on('data', (chunk: Buffer) => {
        received += chunk.byteLength
        if (received > 1_000_000) resolve()
      })
    })
    stream.pause()
    const before = process.memoryUsage().rss
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000)
    stream.close(http2.constants.NGHTTP2_CANCEL)
    await eventually(() => running.stats().inFlight === 0)
    expect(running.stats().aborted).toBe(1)
  })

  it('a narrow line is shared by the streams of a connection', async () => {
    await serve({ latency: 0, line: '1MB/s' })
    const began = performance.now()
    const all = await Promise.all(Array.from({ length: 4 }, () => ask('/bytes/100000')))
    expect(performance.now() - began).toBeGreaterThan(380)
    expect(all.map(({ body }) => body.byteLength)).toEqual([100_000, 100_000, 100_000, 100_000])
  })
})

describe('a connection of HTTP/2', () => {
  it('says goodbye after so many streams: those are answered, and no other was looked at', async () => {
    await serve({ latency: '30ms', keepAlive: '5s,requests=4' })
    const goodbye = new Promise((resolve) => client.once('goaway', (code, last) => resolve([code, last])))
    const all = await Promise.all(Array.from({ length: 10 }, (_, index) => ask(`/products/${index + 1}`)))
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, ...Array.from({ length: 6 }, () => undefined)])
    // Client streams have odd numbers: those beyond 7 may be retried.
    expect(await goodbye).toEqual([http2.constants.NGHTTP2_NO_ERROR, 7])
    await eventually(() => client.destroyed)
    expect(running.stats()).toMatchObject({ requests: 4, aborted: 0, inFlight: 0, connections: 1 })
  })

  it('is closed when idle, and not while it waits for a response', async () => {
    const before = timers()
    await serve({ latency: '200ms', keepAlive: '50ms' })
    expect((await ask('/products/1')).status).toBe(200)
    await eventually(() => client.destroyed)
    client = await open()
    await eventually(() => client.destroyed)
    expect(running.stats()).toMatchObject({ connections: 2, aborted: 0 })
    await eventually(() => timers() <= before)
  })

  it('ends at once with all its streams when the server is closed, and leaves no socket and no timer', async () => {
    const before = timers()
    await serve({ latency: '1h', keepAlive: '1h' })
    const idle = await open()
    const shaking = connectTcp(running.port, '127.0.0.1')
    const ending = new Promise((resolve) => shaking.on('error', resolve).on('close', resolve))
    const all = ['/products/1', '/fault/hang', '/fault/drip?every=1000'].map((path) => ask(path))
    await eventually(() => running.stats().inFlight === 3 && running.stats().connections === 3)
    await running.close()
    expect(running.stats()).toMatchObject({ inFlight: 0, aborted: 3 })
    expect((await Promise.all(all)).map(({ code }) => code)).not.toContain(undefined)
    await ending
    await eventually(() => idle.destroyed && client.destroyed)
    await eventually(() => timers() <= before)
    await eventually(() => !process.getActiveResourcesInfo().includes('TCPServerWrap'))
  })
})
