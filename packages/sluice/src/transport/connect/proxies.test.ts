import { createServer, type IncomingMessage, request as send } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createRequest } from '../../http/create-request.ts'
import type { Transport } from '../transport.ts'
import type { UndiciTransportOptions } from '../undici/undici-transport.ts'
import { undiciTransport } from '../undici/undici-transport.ts'

const servers: Server[] = []
const sockets = new Set<Socket>()
let transport: Transport | undefined

afterEach(async () => {
  await transport?.close()
  for (const socket of sockets) socket.destroy()
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A server that answers with what it was asked for. */
const origin = async (): Promise<number> =>
  await listen(createServer((request, response) => response.end(`${request.headers.host}${request.url}`)))

/** A proxy that lets everything through, and notes what it is asked. */
async function proxy(): Promise<{ readonly port: number; readonly seen: string[] }> {
  const seen: string[] = []
  const note = ({ method, url, headers }: IncomingMessage): void => {
    const credentials = headers['proxy-authorization']?.slice(6)
    const who = credentials === undefined ? '' : ` as ${Buffer.from(credentials, 'base64').toString()}`
    seen.push(`${method} ${url}${who}`)
  }
  const server = createServer((request, response) => {
    note(request)
    const { 'proxy-authorization': _ours, ...headers } = request.headers
    const onward = send(request.url!, { method: request.method, headers }, (answer) => answer.pipe(response))
    request.pipe(onward)
  })
  server.on('connect', (request, near: Socket) => {
    note(request)
    const [host, port] = request.url!.split(':')
    const far = connect(Number(port), host, () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      far.pipe(near).pipe(far)
    })
    far.on('error', () => near.destroy())
  })
  return { port: await listen(server), seen }
}

async function get(url: string, options: UndiciTransportOptions): Promise<string> {
  transport = undiciTransport(options)
  const request = createRequest(url, { baseUrl: undefined, headers: {}, partition: undefined })
  try {
    const exchange = { signal: new AbortController().signal, onSent() {}, onFirstByte() {} }
    const { status, body } = await transport.send(request, exchange)
    return `${status} ${Buffer.from(body)}`
  } catch (error) {
    const { code, message, permanent } = error as { code: string; message: string; permanent?: boolean }
    return `${code}${permanent === true ? ' for good' : ''}: ${message}`
  }
}

describe('proxies', () => {
  it('asks a proxy for the whole URL of a request without TLS, with the credentials of the proxy', async () => {
    const [target, { port, seen }] = [await origin(), await proxy()]
    const url = `http://127.0.0.1:${target}/a?b=c`
    expect(await get(url, { proxy: `http://me:100%@127.0.0.1:${port}` })).toBe(`200 127.0.0.1:${target}/a?b=c`)
    expect(seen).toEqual([`GET ${url} as me:100%`])
  })

  it('asks a proxy for a tunnel to a server with TLS', async () => {
    const [target, { port, seen }] = [await listen(createTcpServer((socket) => socket.destroy())), await proxy()]
    await get(`https://127.0.0.1:${target}/`, { proxy: `me@127.0.0.1:${port}` })
    expect(seen).toEqual([`CONNECT 127.0.0.1:${target} as me:`])
  })

  it.each([
    [
      '407',
      'http://127.0.0.1',
      'SLUICE_PROXY for good: the proxy PROXY refused with 407 Proxy Authentication Required: it requires a user name and a password, as in http://user:password@host:port',
    ],
    [
      '407',
      'http://me:secret@127.0.0.1',
      'SLUICE_PROXY for good: the proxy PROXY refused with 407 Proxy Authentication Required: it does not accept the user name and password',
    ],
    ['403', 'http://127.0.0.1', 'SLUICE_PROXY for good: the proxy PROXY refused with 403 Forbidden'],
    ['429', 'http://127.0.0.1', 'SLUICE_PROXY: the proxy PROXY refused with 429 Too Many Requests'],
    ['502', 'http://127.0.0.1', 'SLUICE_PROXY: the proxy PROXY refused with 502 Bad Gateway'],
  ])('says that the proxy refused a tunnel with %s to %s', async (status, address, message) => {
    const server = createServer().on('connect', (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`))
    const port = await listen(server)
    const answer = await get('https://127.0.0.1:1/', { proxy: `${address}:${port}` })
    expect(answer).toBe(message.replace('PROXY refused', `http://127.0.0.1:${port} refused`))
  })

  it('says that the proxy refused a request without TLS with 407', async () => {
    const port = await listen(createServer((_, response) => response.writeHead(407).end('who are you?')))
    expect(await get('http://127.0.0.1:1/', { proxy: `http://127.0.0.1:${port}` })).toMatch(
      /^SLUICE_PROXY for good: the proxy http:\/\/127\.0\.0\.1:\d+ refused with 407 /,
    )
  })

  it.each([
    [
      'closes',
      (socket: Socket) => socket.destroy(),
      /^SLUICE_PROXY: the proxy http:\/\/\S+ opened no tunnel to 127\.0\.0\.1:1: socket hang up$/,
    ],
    [
      'talks nonsense',
      (socket: Socket) => socket.end('SSH-2.0\r\n'),
      /^SLUICE_PROXY: the proxy http:\/\/\S+ opened no tunnel to 127\.0\.0\.1:1: Parse Error/,
    ],
    [
      'says nothing',
      () => {},
      /^SLUICE_CONNECT_TIMEOUT: cannot connect to 127\.0\.0\.1:1 through the proxy http:\/\/\S+: no connection within the connectTimeout of 100 ms$/,
    ],
  ])('ends soon with a proxy that takes the connection and %s', async (_, act, message) => {
    const port = await listen(createTcpServer((socket) => socket.once('data', () => act(socket))))
    const startedAt = performance.now()
    expect(await get('https://127.0.0.1:1/', { proxy: `http://127.0.0.1:${port}`, connectTimeout: '100ms' })).toMatch(
      message,
    )
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  it.each(['http', 'https'])('says that the proxy cannot be reached for %s', async (scheme) => {
    expect(await get(`${scheme}://127.0.0.1:2/`, { proxy: 'http://me:secret@127.0.0.1:1' })).toBe(
      'SLUICE_CONNECT: cannot connect to the proxy http://127.0.0.1:1: connection refused (ECONNREFUSED)',
    )
  })

  it('reads the environment: lower case first, no scheme needed, and what is excepted', async () => {
    const [target, { port, seen }] = [await origin(), await proxy()]
    const url = `http://127.0.0.1:${target}/`
    const ask = async (variables: Readonly<Record<string, string>>): Promise<number> => {
      const before = seen.length
      const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY']
      const kept = names.map((name) => [name, process.env[name]] as const)
      for (const name of names) delete process.env[name]
      try {
        Object.assign(process.env, variables)
        expect(await get(url, {})).toBe(`200 127.0.0.1:${target}/`)
      } finally {
        for (const [name, value] of kept) {
          if (value === undefined) delete process.env[name]
          else process.env[name] = value
        }
      }
      return seen.length - before
    }
    const here = `127.0.0.1:${port}`
    expect(await ask({ HTTP_PROXY: here })).toBe(1)
    expect(await ask({ HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: here })).toBe(1)
    expect(await ask({ HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: '' })).toBe(0)
    expect(await ask({ HTTPS_PROXY: 'http://127.0.0.1:1' })).toBe(0)
    expect(await ask({ HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '10.0.0.0/8, 127.0.0.0/8' })).toBe(0)
    await expect(ask({ http_proxy: 'socks5://me:secret@x' })).rejects.toThrow(/^http_proxy: SOCKS proxies are not/)
  })
})
