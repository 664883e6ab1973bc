import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { type RunningSimulator, serveSimulator } from '@sluice/simulator'
import { type Client, type ClientOptions, createClient } from 'sluice'
import { fetchTransport } from 'sluice/transport'
import { afterEach, describe, expect, it } from 'vitest'
import { certificate } from '../../packages/sluice/test/http2/certificate.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Server {
  readonly url: string
  readonly inFlight: number
}

async function serve(isHttp2: boolean, handler: Handler): Promise<Server> {
  const state = { inFlight: 0, url: '' }
  const counted: Handler = (request, response) => {
    state.inFlight++
    response.on('close', () => state.inFlight--)
    // A client that goes away in the middle is no error of the server's.
    response.on('error', () => {})
    handler(request, response)
  }
  const server = isHttp2
    ? createSecureServer({ key: certificate.key, cert: certificate.cert }, counted as never)
    : createServer(counted)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return Object.assign(state, { url: `${isHttp2 ? 'https' : 'http'}://localhost:${port}` })
}

async function practice(isHttp2: boolean): Promise<RunningSimulator> {
  const tls = isHttp2 && { key: certificate.key, cert: certificate.cert }
  const api = await serveSimulator({ tls, http2: isHttp2 })
  cleanups.push(() => api.close())
  return { ...api, stats: api.stats, url: api.url.replace('127.0.0.1', 'localhost') }
}

function open(options: ClientOptions): Client {
  const client = createClient({ breaker: false, ...options })
  cleanups.push(() => client.close())
  return client
}

const ways: [string, boolean, () => ClientOptions][] = [
  ['HTTP/1.1', false, () => ({ proxy: 'none' })],
  ['HTTP/2', true, () => ({ proxy: 'none', http2: true, tls: { ca: certificate.cert } })],
  ["the platform's fetch", false, () => ({ transport: fetchTransport() })],
]

describe.each(ways)('a streamed body over %s', (_, isHttp2, options) => {
  it('comes bit by bit, and its permit is held to its end', async () => {
    let goOn = (): void => {}
    const server = await serve(isHttp2, (_request, response) => {
      response.write('data: one\n\n')
      goOn = () => response.end('data: two\n\n')
    })
    const client = open(options())
    const { value } = await client.get(server.url, { readAs: 'events' })
    expect((await value.next()).value).toMatchObject({ data: 'one' })
    expect(client.status().inFlight).toBe(1)
    goOn()
    expect((await value.next()).value).toMatchObject({ data: 'two' })
    expect((await value.next()).done).toBe(true)
    expect(client.status().inFlight).toBe(0)
  })

  it('that is cut off is an error, never a silent end', async () => {
    const { url } = await practice(isHttp2)
    const client = open(options())
    const { value } = await client.get(`${url}/lines?cut=1&every=20ms`, { readAs: 'lines' })
    expect((await value.next()).value).toEqual({ number: 1 })
    await expect(value.next()).rejects.toMatchObject({
      code: expect.stringMatching(/^SLUICE_(BODY_TRUNCATED|CONNECTION_LOST)$/),
    })
    expect(client.status().inFlight).toBe(0)
  })

  it('is at most as many at the server as concurrency allows', async () => {
    const api = await practice(isHttp2)
    const client = open({ ...options(), concurrency: 10 })
    const texts = await Promise.all(
      Array.from({ length: 50 }, async () => (await client.fetch(`${api.url}/lines?count=2&every=30ms`)).text()),
    )
    expect(new Set(texts)).toEqual(new Set(['{"number":1}\n{"number":2}\n']))
    expect(api.stats().largestAtOnce).toBe(10)
  })

  it('frees its permit at once when it is aborted, and the server sees that', async () => {
    const server = await serve(isHttp2, (_request, response) => {
      response.write('data: one\n\n')
    })
    const client = open({ ...options(), concurrency: 1 })
    const controller = new AbortController()
    const response = await client.fetch(server.url, { signal: controller.signal })
    const reader = response.body!.getReader()
    await reader.read()
    controller.abort()
    await expect(reader.read()).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(() => [client.status().inFlight, server.inFlight]).toEqual([0, 0])
    const again = await client.fetch(server.url)
    await again.body!.cancel()
    await expect.poll(() => [client.status().inFlight, server.inFlight]).toEqual([0, 0])
  })

  it('is sent no faster than it is read', async () => {
    const size = 32 * 1024 * 1024
    let sent = 0
    const server = await serve(isHttp2, (_request, response) => {
      const block = Buffer.alloc(64 * 1024)
      const more = (): void => {
        while (sent < size) {
          sent += block.byteLength
          if (!response.write(block)) {
            response.once('drain', more)
            return
          }
        }
        response.end()
      }
      more()
    })
    const client = open(options())
    const { value } = await client.get(server.url, { readAs: 'stream' })
    const reader = value.getReader()
    await reader.read()
    await sleep(200)
    expect(sent).toBeLessThan(size / 2)
    let read = 0
    for (let next = await reader.read(); !next.done; next = await reader.read()) read += next.value.byteLength
    expect(read).toBeGreaterThan(size - 2 * 64 * 1024 - 1)
    expect(client.status().inFlight).toBe(0)
  })

  it('that is cancelled at its last byte closes no connection under another request', async () => {
    const server = await serve(isHttp2, (_request, response) => {
      response.write('a')
      setTimeout(() => response.end('last'), 1)
    })
    const client = open({ ...options(), concurrency: 4, retry: false })
    const one = async (): Promise<void> => {
      const { body } = await client.fetch(server.url, { method: 'POST' })
      for await (const text of body!.pipeThrough(new TextDecoderStream())) if (text.endsWith('last')) break
    }
    await Promise.all(Array.from({ length: 100 }, one))
  })

  it('serves a request whose body is a stream', async () => {
    const server = await serve(isHttp2, (request, response) => {
      request.pipe(response)
    })
    const client = open(options())
    const parts = async function* (): AsyncGenerator<Uint8Array> {
      for (const part of ['a', 'b', 'c']) {
        yield Buffer.from(part)
        await sleep(5)
      }
    }
    const { value } = await client.post(server.url, { body: parts(), readAs: 'stream' })
    expect(await new Response(value).text()).toBe('abc')
  })
})

describe.each(ways.slice(0, 2))('an encoded body that is streamed over %s', (_, isHttp2, options) => {
  const text = 'data: {"text":"αβγ"}\n\n'.repeat(5_000)

  it.each<[string, (text: string) => Buffer]>([
    ['gzip', gzipSync],
    ['gzip', (all) => Buffer.concat([gzipSync(all.slice(0, 100)), gzipSync(all.slice(100))])],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['gzip, gzip', gzipSync],
    ['gzip, br', (all) => brotliCompressSync(gzipSync(all))],
    ['identity', Buffer.from],
  ])('is decoded: %s', async (coding, encode) => {
    const body = encode(text)
    const server = await serve(isHttp2, (_request, response) => {
      response.setHeader('content-encoding', coding)
      for (let at = 0; at < body.length; at += 999) response.write(body.subarray(at, at + 999))
      response.end()
    })
    const client = open(options())
    const response = await client.fetch(server.url)
    expect(await response.text()).toBe(text)
    expect(client.status().inFlight).toBe(0)
  })

  it('is an error that harms nobody else where damage shows before the body has ended', async () => {
    const server = await serve(isHttp2, (_request, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.write('no gzip at all')
    })
    const client = open({ ...options(), retry: false })
    const work = client.fetch(server.url).then((response) => response.text())
    await expect(work).rejects.toThrow()
    await expect.poll(() => client.status().inFlight).toBe(0)
  })

  it.each<[string, string, Buffer, RegExp]>([
    ['cut', 'gzip', gzipSync(text).subarray(0, -20), /unexpected end of file/],
    ['damaged', 'gzip', Buffer.from('no gzip at all'), /incorrect header check/],
    [
      'followed by others',
      'zstd',
      Buffer.concat([zstdCompressSync(text), Buffer.from('rest')]),
      /bytes follow the end/,
    ],
    ['unknown', 'compress', Buffer.from('x'), /"compress", which is unknown/],
    ['three times', 'gzip, br, gzip', Buffer.from('x'), /encoded 3 times over/],
  ])('is an error where it is %s', async (_what, coding, body, message) => {
    const server = await serve(isHttp2, (_request, response) => {
      response.setHeader('content-encoding', coding)
      response.end(body)
    })
    const client = open({ ...options(), retry: false })
    const work = client.fetch(server.url).then((response) => response.text())
    await expect(work).rejects.toThrow()
    const error = await work.catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(message)
    await expect.poll(() => client.status().inFlight).toBe(0)
  })

  it('that unpacks to gigabytes costs no memory while nobody reads', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    const server = await serve(isHttp2, (_request, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(bomb)
    })
    const client = open({ ...options(), idleTimeout: '300ms' })
    const { value } = await client.get(server.url, { readAs: 'stream' })
    const reader = value.getReader()
    const { value: first } = await reader.read()
    expect(first!.byteLength).toBeLessThanOrEqual(64 * 1024)
    await expect.poll(() => client.status().inFlight, { timeout: 5_000 }).toBe(0)
    await expect(reader.read()).rejects.toThrow('was not read for')
  })
})
