import { once } from 'node:events'
import * as http from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ScenarioInput } from '../scenario/resolve-scenario.ts'
import { type RunningSimulator, serveSimulator } from './serve-simulator.ts'

let running: RunningSimulator | undefined

async function serve(scenario: ScenarioInput = { latency: 0 }): Promise<RunningSimulator> {
  running = await serveSimulator({ scenario })
  return running
}

afterEach(() => running?.close())

interface Wire {
  readonly head: string
  readonly body: string
  /** How the server ended the connection; undefined if it did not. */
  readonly ending: 'closed' | 'reset' | 'open'
}

/** Sends a raw request and reads the raw response until the connection ends or is idle. */
function onTheWire(port: number, path: string, quiet = 150, method = 'GET'): Promise<Wire> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    let timer = setTimeout(() => done('open'), quiet + 500)
    const done = (ending: Wire['ending']) => {
      clearTimeout(timer)
      socket.destroy()
      const [head = '', ...rest] = received.split('\r\n\r\n')
      resolve({ head, body: rest.join('\r\n\r\n'), ending })
    }
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      received += text
      clearTimeout(timer)
      timer = setTimeout(() => done('open'), quiet)
    })
    socket.on('end', () => done('closed'))
    socket.on('error', () => done('reset'))
    socket.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
  })
}

/** Waits for a condition that the other side of a socket causes. */
async function eventually(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(condition()).toBe(true)
}

/** Sends a request on a given connection; resolves with the response headers once the body has been read. */
function over(agent: http.Agent, port: number, path: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.get({ agent, host: '127.0.0.1', port, path }, (response) => {
      response.resume()
      response.on('end', () => resolve(response))
    })
    request.on('error', reject)
  })
}

describe('serveSimulator', () => {
  it('serves on this machine, after the latency of the scenario', async () => {
    const { url, port, stats } = await serve({ latency: '30ms' })
    expect(url).toBe(`http://127.0.0.1:${port}`)
    const began = performance.now()
    const response = await fetch(`${url}/products/3`)
    expect(await response.json()).toMatchObject({ id: 3 })
    expect(performance.now() - began).toBeGreaterThanOrEqual(30)
    expect(stats()).toMatchObject({ requests: 1, statuses: { 200: 1 }, connections: 1 })
  })

  it('carries bodies both ways, and refuses one beyond 10 MiB', async () => {
    const { url, stats } = await serve()
    const echoed = await fetch(`${url}/echo?a=1`, { method: 'POST', body: 'hello' })
    expect(await echoed.json()).toMatchObject({ method: 'POST', query: { a: '1' }, body: 'hello' })
    const tooLarge = await fetch(`${url}/echo`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) })
    expect(tooLarge.status).toBe(413)
    expect(stats().requests).toBe(1)
    const bytes = await fetch(`${url}/bytes/3000000`)
    expect((await bytes.arrayBuffer()).byteLength).toBe(3_000_000)
  })

  it('carries bodies up to 100 MB', async () => {
    const { url } = await serve()
    const document = (await (await fetch(`${url}/json/2000000`)).json()) as { items: unknown[] }
    expect(document.items.length).toBeGreaterThan(6_000)
    let size = 0
    for await (const chunk of (await fetch(`${url}/bytes/100000000`)).body!) size += chunk.byteLength
    expect(size).toBe(100_000_000)
  })

  it('sends no body to HEAD and with 204', async () => {
    const { port } = await serve()
    const head = await onTheWire(port, '/products/1', 50, 'HEAD')
    expect(head.head).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(head.head).toMatch(/content-length: \d{3}/)
    expect(head.body).toBe('')
    for (const path of ['/bytes/100000000', '/json/100000000']) {
      const large = await onTheWire(port, path, 50, 'HEAD')
      expect(large).toMatchObject({ head: expect.stringContaining('content-length: 100000000'), body: '' })
    }
    const empty = await onTheWire(port, '/status/204', 50)
    expect(empty.head).not.toContain('content-length')
    expect(empty.body).toBe('')
  })

  it('tells its statistics over HTTP', async () => {
    const { url } = await serve()
    await (await fetch(`${url}/products/1`)).text()
    expect(await (await fetch(`${url}/__stats`)).json()).toMatchObject({ requests: 1, paths: { '/products/:id': 1 } })
    await (await fetch(`${url}/__reset`, { method: 'POST' })).text()
    expect(await (await fetch(`${url}/__stats`)).json()).toMatchObject({ requests: 0 })
  })

  it('counts those that are there at once, and a client that leaves no longer', async () => {
    const { url, stats } = await serve({ latency: '10s', limit: 'concurrent:10', capacity: 4 })
    const controllers = Array.from({ length: 10 }, () => new AbortController())
    const all = controllers.map(({ signal }) => fetch(`${url}/products/1`, { signal }).catch(() => {}))
    await eventually(() => stats().inFlight === 10)
    for (const controller of controllers.slice(0, 7)) controller.abort()
    await eventually(() => stats().inFlight === 3)
    expect(stats()).toMatchObject({ largestAtOnce: 10, aborted: 7, refused: 0 })
    for (const controller of controllers) controller.abort()
    await Promise.all(all)
    await eventually(() => stats().inFlight === 0)
  })

  it('has counted a response as over when the next request arrives', async () => {
    const { port, stats } = await serve({ limit: 'concurrent:1' })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let times = 0; times < 50; times++) await over(agent, port, '/products/1')
    agent.destroy()
    expect(stats()).toMatchObject({ refused: 0, largestAtOnce: 1, connections: 1 })
  })

  it('answers the same as in process, limits and headers included', async () => {
    const { url } = await serve({ limit: 'fixed:1/min', headers: 'github' })
    await (await fetch(`${url}/products/1`)).text()
    const refused = await fetch(`${url}/products/1`)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50)
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
  })
})

describe('faults on the wire', () => {
  const small = { latency: 0, bombSize: 5_000_000 }

  it('reset: not a byte, then a reset', async () => {
    const { port } = await serve(small)
    expect(await onTheWire(port, '/fault/reset')).toEqual({ head: '', body: '', ending: 'reset' })
  })

  it('reset-body: half of what was announced, then a reset', async () => {
    const { port } = await serve(small)
    const { head, body, ending } = await onTheWire(port, '/fault/reset-body')
    expect(body.length).toBe(Math.floor(announced(head) / 2))
    expect(ending).toBe('reset')
  })

  it('hang: silence', async () => {
    const { port } = await serve(small)
    expect(await onTheWire(port, '/fault/hang', 50)).toEqual({ head: '', body: '', ending: 'open' })
  })

  it('hang-body: half of what was announced, then silence', async () => {
    const { port } = await serve(small)
    const { head, body, ending } = await onTheWire(port, '/fault/hang-body', 50)
    expect(body.length).toBe(Math.floor(announced(head) / 2))
    expect(ending).toBe('open')
  })

  it('truncated: half of what was announced, then an orderly end', async () => {
    const { port } = await serve(small)
    const { head, body, ending } = await onTheWire(port, '/fault/truncated')
    expect(body.length).toBe(Math.floor(announced(head) / 2))
    expect(ending).toBe('closed')
  })

  it('garbage: no HTTP', async () => {
    const { port } = await serve(small)
    expect(await onTheWire(port, '/fault/garbage')).toMatchObject({ head: 'this is no HTTP at all', ending: 'closed' })
  })

  it('malformed: as long as announced, and no JSON', async () => {
    const { url } = await serve(small)
    const response = await fetch(`${url}/fault/malformed`)
    expect(response.headers.get('content-type')).toContain('application/json')
    await expect(response.json()).rejects.toThrow(SyntaxError)
  })

  it('wrong-type: a page with 200', async () => {
    const { url } = await serve(small)
    const response = await fetch(`${url}/fault/wrong-type`)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('<!doctype html>')
  })

  it('gzip-bomb: a few kilobytes that unpack to megabytes', async () => {
    const { url } = await serve(small)
    const response = await fetch(`${url}/fault/gzip-bomb`)
    expect(announced(`content-length: ${response.headers.get('content-length')}`)).toBeLessThan(10_000)
    expect((await response.arrayBuffer()).byteLength).toBe(5_000_000)
  })

  it('endless: as much as the client reads, and no more is made', async () => {
    const { port, stats } = await serve(small)
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /fault/endless HTTP/1.1\r\nhost: x\r\n\r\n')
    await readAtLeast(socket, 1_000_000)
    socket.pause()
    const before = process.memoryUsage().rss
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000)
    socket.destroy()
    await eventually(() => stats().inFlight === 0)
    expect(stats()).toMatchObject({ aborted: 1, faults: { endless: 1 } })
  })

  it('drip: whole in the end, in many small pieces', async () => {
    const { port } = await serve(small)
    const socket = connect(port, '127.0.0.1')
    const pieces: number[] = []
    socket.on('data', (chunk: Buffer) => pieces.push(chunk.byteLength))
    socket.write('GET /fault/drip?every=4 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    await once(socket, 'end')
    expect(pieces.length).toBeGreaterThan(8)
  })

  it('redirects lead in a circle, or away', async () => {
    const { url } = await serve(small)
    await expect(fetch(`${url}/fault/redirect-loop`)).rejects.toThrow()
    const away = await fetch(`${url}/fault/redirect-away?to=http://b.test/`, { redirect: 'manual' })
    expect(away.headers.get('location')).toBe('http://b.test/')
    expect(await (await fetch(`${url}/redirect/3`)).json()).toEqual({ redirects_left: 0 })
  })

  it('outages that reset: not a byte', async () => {
    const { port } = await serve({ outages: 'reset:0s-1h' })
    expect(await onTheWire(port, '/products/1')).toMatchObject({ head: '', ending: 'reset' })
  })
})

describe('connections', () => {
  it('are kept, and say for how long', async () => {
    const { port } = await serve({ keepAlive: '7s' })
    expect((await onTheWire(port, '/products/1', 50)).head).toMatch(/keep-alive: timeout=7/i)
  })

  it('are closed when idle, without a hint if so asked', async () => {
    const { port } = await serve({ keepAlive: '40ms,no-hint' })
    const { head, ending } = await onTheWire(port, '/products/1', 1_500)
    expect(head).toContain('connection: keep-alive')
    expect(head).not.toMatch(/timeout=/)
    expect(ending).toBe('closed')
  })

  it('are closed after so many answers, silently', async () => {
    const { port, stats } = await serve({ keepAlive: '5s,requests=2' })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const said: unknown[] = []
    for (let times = 0; times < 4; times++) {
      said.push((await over(agent, port, '/products/1')).headers.connection)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    agent.destroy()
    expect(said).toEqual(['keep-alive', 'keep-alive', 'keep-alive', 'keep-alive'])
    expect(stats().connections).toBe(2)
  })
})

describe('close', () => {
  it('ends whatever is in flight at once, and leaves neither sockets nor timers', async () => {
    const { url, port, stats, close } = await serve({ latency: '1h' })
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const waiting = fetch(`${url}/products/1`).then(
      () => 'answered',
      () => 'cut off',
    )
    const hanging = onTheWire(port, '/fault/hang-body', 5_000)
    const dripping = onTheWire(port, '/fault/drip?every=1000', 5_000)
    await eventually(() => stats().inFlight === 3)
    await close()
    expect(await waiting).toBe('cut off')
    expect(await hanging).not.toMatchObject({ ending: 'open' })
    await dripping
    expect(stats().inFlight).toBe(0)
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThanOrEqual(before)
    await expect(fetch(url)).rejects.toThrow()
  })

  it('frees its port', async () => {
    const first = await serve()
    await first.close()
    running = await serveSimulator({ scenario: 'products', port: first.port })
    expect(running.port).toBe(first.port)
  })

  it('says so when a port cannot be had', async () => {
    const { port } = await serve()
    await expect(serveSimulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

function announced(head: string): number {
  return Number(/content-length: (\d+)/.exec(head)?.[1])
}

function readAtLeast(socket: Socket, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let received = 0
    socket.on('data', (chunk: Buffer) => {
      received += chunk.byteLength
      if (received >= bytes) resolve()
    })
  })
}
