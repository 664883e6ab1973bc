import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Client } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { createRequest } from '../../http/create-request.ts'
import { Cancellation } from '../../time/cancellation.ts'
import type { OwnExchange, Transport } from '../transport.ts'
import { type ExchangeHandler, OriginClients, release } from './origin-clients.ts'
import { type UndiciTransportOptions, undiciTransport } from './undici-transport.ts'

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

let server: Server | undefined
let transport: Transport | undefined
const sockets: Socket[] = []

afterEach(async () => {
  await transport?.close()
  for (const socket of sockets.splice(0)) socket.destroy()
  server?.close()
})

/** Serves on loopback; `onRequest` gets the path of each request, and the number of its connection. */
async function serve(onRequest: (path: string, socket: Socket, connection: number) => void): Promise<string> {
  const listening = createServer({ noDelay: true }, (socket) => {
    const connection = sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (data) => onRequest(data.toString().split(' ')[1]!, socket, connection))
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

/** Sends requests to paths of this origin. */
function sender(origin: string, options: UndiciTransportOptions = {}) {
  const opened = undiciTransport({ proxy: 'none', ...options })
  transport = opened
  return async (path: string, method = 'GET', cancellation = new Cancellation()): Promise<number> => {
    const exchange: OwnExchange = {
      cancellation,
      signal: new AbortController().signal,
      onSent: () => {},
      onFirstByte: () => {},
    }
    const request = createRequest(
      { url: origin + path, method },
      { baseUrl: undefined, headers: {}, partition: undefined },
    )
    return (await opened.send(request, exchange)).status
  }
}

describe('connections to an origin', () => {
  it('carry nothing that the server would not read, when it closes them right after its response silently', async () => {
    let requests = 0
    const origin = await serve((_path, socket) => {
      requests++
      socket.end(answer)
    })
    const send = sender(origin)
    for (let sent = 0; sent < 50; sent++) expect(await send('/', 'POST')).toBe(200)
    expect([requests, sockets.length]).toEqual([50, 50])
  })

  it('are opened a few at a time, so that the rest of many requests finds some that are free already', async () => {
    const origin = await serve((_path, socket) => socket.write(answer))
    const send = sender(origin)
    const statuses = await Promise.all(Array.from({ length: 400 }, (_, index) => send(`/${index}`)))
    expect(statuses.every((status) => status === 200)).toBe(true)
    expect(sockets.length).toBeLessThan(400)
  })

  it('are used again, the one used last first', async () => {
    const seen: number[] = []
    const held: Socket[] = []
    const origin = await serve((path, socket, connection) => {
      seen.push(connection)
      if (path !== '/held') socket.write(answer)
      else if (held.push(socket) === 3) for (const each of held) each.write(answer)
    })
    const send = sender(origin)
    await Promise.all([send('/held'), send('/held'), send('/held')])
    seen.length = 0
    for (let sent = 0; sent < 5; sent++) await send('/next')
    expect([new Set(seen).size, seen.length, sockets.length]).toEqual([1, 5, 3])
  })

  it('go to those that wait for one, in their order, and not to one that was cancelled meanwhile', async () => {
    const seen: string[] = []
    const first = Promise.withResolvers<Socket>()
    const origin = await serve((path, socket) => {
      seen.push(path)
      if (path === '/1') first.resolve(socket)
      else socket.write(answer)
    })
    const send = sender(origin, { connections: 1 })
    const cancellation = new Cancellation()
    const sent = [send('/1'), send('/2'), send('/3', 'GET', cancellation).catch(() => 'cancelled'), send('/4')]
    const socket = await first.promise
    cancellation.cancel(new Error('not wanted'))
    socket.write(answer)
    expect(await Promise.all(sent)).toEqual([200, 200, 'cancelled', 200])
    expect([seen, sockets.length]).toEqual([['/1', '/2', '/4'], 1])
  })

  it('leave nobody waiting when the transport is closed', async () => {
    const arrived = Promise.withResolvers<void>()
    const origin = await serve(() => arrived.resolve())
    const send = sender(origin, { connections: 1 })
    const sent = Promise.allSettled([send('/1'), send('/2'), send('/3')])
    await arrived.promise
    await transport!.close()
    expect((await sent).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  })

  it('are replaced for those that wait after one could not be opened', async () => {
    const origin = await serve((_path, socket) => socket.end(answer))
    server!.close()
    const send = sender(origin, { connections: 1 })
    const failed = await Promise.allSettled([send('/1'), send('/2')])
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('are forgotten with their origin when the last one is closed', async () => {
    const origin = await serve((_path, socket) => socket.write(answer))
    const emptied = Promise.withResolvers<void>()
    const clients = new OriginClients(() => new Client(origin), 2, emptied.resolve)
    const ended = Promise.withResolvers<void>()
    const handler: ExchangeHandler = {
      lease: undefined,
      isSettled: false,
      onRequestStart: () => {},
      onResponseStart: () => {},
      onResponseData: () => {},
      onResponseEnd: () => {
        release(handler)
        ended.resolve()
      },
      onResponseError: (_controller, error) => ended.reject(error),
    }
    clients.dispatch({ origin, path: '/', method: 'GET' }, handler)
    await ended.promise
    sockets[0]!.end()
    await emptied.promise
  })
})
