import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import * as http2 from 'node:http2'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Transport } from '../../src/transport/transport.ts'
import { certificate } from './certificate.ts'
import { failureOf, openTransport, send, textOf } from './support.ts'

function open(options: Parameters<typeof openTransport>[0] = {}): Transport {
  const transport = openTransport(options)
  onTestFinished(() => transport.close())
  return transport
}

/** A server that answers with the protocol and the authority it was asked by. */
async function serve(host = '127.0.0.1'): Promise<number> {
  const server = http2.createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
    response.end(`${request.httpVersion} ${request.authority ?? request.headers.host}`)
  })
  server.on('sessionError', () => {})
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A proxy that makes tunnels, or does with CONNECT what it is told. */
async function proxy(onConnect?: (near: Socket) => void): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = []
  const server = createServer()
  server.on('connect', (request, near: Socket) => {
    near.on('error', () => {})
    onTestFinished(() => void near.destroy())
    seen.push(request.url!)
    if (onConnect !== undefined) return onConnect(near)
    const [host, port] = request.url!.split(':')
    const far = connect(Number(port), host, () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      far.pipe(near).pipe(far)
    })
    far.on('error', () => near.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

describe('the way to a server of HTTP/2', () => {
  it('leads by name or by address, and a Host header is its authority', async () => {
    const transport = open()
    const [port, port6] = [await serve(), await serve('::1')]
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port6}`]) {
      expect(textOf(await send(transport, { url: `https://${host}/` }))).toBe(`2.0 ${host}`)
    }
    const spec = { url: `https://127.0.0.1:${port}/`, headers: { host: 'api.example', te: 'gzip' } }
    expect(textOf(await send(transport, spec))).toBe('2.0 api.example')
  })

  it('leads through one tunnel of a proxy for many calls', async () => {
    const { url, seen } = await proxy()
    const host = `127.0.0.1:${await serve()}`
    const transport = open({ proxy: url })
    const answers = await Promise.all([1, 2, 3].map(() => send(transport, { url: `https://${host}/` })))
    expect([answers.map(textOf), seen]).toEqual([[`2.0 ${host}`, `2.0 ${host}`, `2.0 ${host}`], [host]])
  })

  it('ends at a proxy that refuses, or that says nothing within the connectTimeout', async () => {
    const refusing = await proxy((near) => near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'))
    const url = `https://127.0.0.1:${await serve()}/`
    expect(await failureOf(send(open({ proxy: refusing.url }), { url }))).toMatchObject({ code: 'SLUICE_PROXY' })
    const hanging = await proxy(() => {})
    const failure = failureOf(send(open({ proxy: hanging.url, connectTimeout: '200ms' }), { url }))
    expect(await failure).toMatchObject({ code: 'SLUICE_CONNECT_TIMEOUT', sent: 'no' })
  })

  it('is trusted as `tls` says', async () => {
    const url = `https://127.0.0.1:${await serve()}/`
    expect(await failureOf(send(open({ tls: {} }), { url }))).toMatchObject({ code: 'SLUICE_TLS', permanent: true })
    expect((await send(open({ tls: { insecure: true } }), { url })).status).toBe(200)
  })

  it('is HTTP/1.1 without TLS', async () => {
    const server = createServer((request, response) => response.end(request.httpVersion))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const answer = await send(open(), { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
    expect(textOf(answer)).toBe('1.1')
  })

  it('does not keep a process alive when its calls are done', async () => {
    const script = fileURLToPath(new URL('children/one-call.ts', import.meta.url))
    const child = spawn(execPath, [script, `https://127.0.0.1:${await serve()}/`])
    onTestFinished(() => void child.kill('SIGKILL'))
    let output = ''
    child.stdout.on('data', (data) => {
      output += data
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    const [answeredAt, endedAt] = output.trim().split(' ').map(Number)
    expect(code).toBe(0)
    expect(endedAt! - answeredAt!).toBeLessThan(1_000)
  })
})
