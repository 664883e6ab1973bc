import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, type ClientOptions, createClient } from 'sluice'
import { fetchTransport } from 'sluice/transport'
import { certificate } from '../../http2/certificate.ts'

// Started by dropped-bodies.test.ts with --expose-gc: bodies that are dropped, and bodies that somebody still waits for.

const collect = (globalThis as unknown as { gc: () => void }).gc

/** A server that begins an answer and never ends it, unless told to. */
async function serve(isHttp2: boolean) {
  const state = { url: '', open: new Set<string>(), goOn: [] as (() => void)[] }
  const handler = ({ url = '' }: IncomingMessage, response: ServerResponse): void => {
    state.open.add(url)
    response.on('close', () => state.open.delete(url))
    response.on('error', () => {})
    response.write('data: 1\n\n')
    state.goOn.push(() => response.end('data: 2\n\n'))
  }
  const server = isHttp2
    ? createSecureServer({ key: certificate.key, cert: certificate.cert }, handler as never)
    : createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(state, { server, url: `${isHttp2 ? 'https' : 'http'}://localhost:${port}` })
}

/** Collects garbage until it holds, for 10 s at most. */
async function until(holds: () => boolean): Promise<boolean> {
  for (let round = 0; round < 200 && !holds(); round++) {
    collect()
    await sleep(50)
  }
  return holds()
}

const uses: Record<string, (client: Client, url: string) => Promise<unknown>> = {
  'a stream': (client, url) => client.get(url, { readAs: 'stream' }),
  'a stream that was begun': async (client, url) => {
    const { value } = await client.get(url, { readAs: 'stream' })
    return await value.getReader().read()
  },
  events: (client, url) => client.get(url, { readAs: 'events', signal: AbortSignal.timeout(600_000) }),
  'events that were begun': async (client, url) => (await client.get(url, { readAs: 'events' })).value.next(),
  lines: (client, url) => client.get(url, { readAs: 'lines' }),
  'a Response': (client, url) => client.fetch(url),
  'a Response with a clone': async (client, url) => (await client.fetch(url)).clone(),
}

async function drop(use: (client: Client, url: string) => Promise<unknown>, client: Client, url: string) {
  await use(client, url)
}

async function report(isHttp2: boolean, options: ClientOptions): Promise<Record<string, unknown>> {
  const api = await serve(isHttp2)
  const client = createClient({ idleTimeout: '10min', concurrency: 10, ...options })
  for (const [name, use] of Object.entries(uses)) await drop(use, client, `${api.url}/${encodeURIComponent(name)}`)
  const before = api.open.size
  await until(() => api.open.size === 0 && client.status().inFlight === 0)
  const stuck = Array.from(api.open, decodeURIComponent)
  api.goOn.length = 0

  // Nothing but the body itself refers to this consumer while it waits.
  const read: string[] = []
  const consume = async (): Promise<void> => {
    const { value } = await client.get(`${api.url}/waits`, { readAs: 'events' })
    for await (const { data } of value) read.push(data)
  }
  void consume()
  const kept = await client.fetch(`${api.url}/kept`)
  for (let round = 0; round < 20; round++) {
    collect()
    await sleep(10)
  }
  const held = [api.open.size, client.status().inFlight]
  for (const goOn of api.goOn) goOn()
  const text = await kept.text()
  await until(() => client.status().inFlight === 0)
  await client.close()
  api.server.close()
  return { before, stuck, held, read, text }
}

process.stdout.write(
  JSON.stringify({
    'HTTP/1.1': await report(false, { proxy: 'none' }),
    'HTTP/2': await report(true, { proxy: 'none', http2: true, tls: { ca: certificate.cert } }),
    fetch: await report(false, { transport: fetchTransport() }),
  }),
)
