import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createGateway, type Gateway } from '@sluice/gateway'

/**
 * A gateway in front of an upstream with endless streams, which also accepts uploads and sends as much as its path
 * states.
 */
export interface Scene {
  readonly gateway: Gateway
  readonly port: number
  /** Number of connections currently open at the upstream. */
  readonly connections: () => Promise<number>
  readonly close: () => Promise<void>
}

const chunk = Buffer.alloc(64 * 1024, 'x')

/** Starts both, with at most `concurrency` requests in flight to the upstream. */
export async function startScene(concurrency: number): Promise<Scene> {
  const upstream = createServer((request, response) => {
    if (request.method === 'POST') {
      let bytes = 0
      request.on('data', (data: Buffer) => {
        bytes += data.byteLength
      })
      request.on('end', () => response.end(String(bytes)))
      return
    }
    if (request.url === '/endless') {
      response.write('data: 1\n\n')
      return
    }
    let left = Number(request.url!.slice(1))
    const more = (): void => {
      while (left > 0) {
        left -= chunk.byteLength
        if (!response.write(left < 0 ? chunk.subarray(0, left) : chunk)) {
          response.once('drain', more)
          return
        }
      }
      response.end()
    }
    more()
  })
  const port = await listening(upstream)
  const client = { proxy: 'none', concurrency, retry: false, breaker: false, timeout: '5min' } as const
  const gateway = createGateway({ upstreams: [{ url: `http://127.0.0.1:${port}`, client }] })
  const { port: gatewayPort } = await gateway.listen()
  return {
    gateway,
    port: gatewayPort,
    connections: () => new Promise((resolve) => upstream.getConnections((_, count) => resolve(count))),
    async close() {
      await gateway.drain(0)
      upstream.closeAllConnections()
      await new Promise((resolve) => upstream.close(resolve))
    },
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/**
 * Opens streams, `together` at a time, and cuts each. Returns the longest time in ms until all permits were released.
 */
export async function openAndCut({ port, gateway }: Scene, streams: number, together: number): Promise<number> {
  let longest = 0
  const [{ client }] = gateway.upstreams as [Gateway['upstreams'][number]]
  for (let done = 0; done < streams; done += together) {
    const sockets = await Promise.all(Array.from({ length: together }, () => opened(port)))
    const cutAt = performance.now()
    for (const socket of sockets) socket.destroy()
    while (client.status().inFlight > 0 && performance.now() - cutAt < 10_000)
      await new Promise((resolve) => setTimeout(resolve, 1))
    longest = Math.max(longest, performance.now() - cutAt)
  }
  return longest
}

/** Connection that has received the first bytes of an endless response. */
function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    let text = ''
    socket.on('error', reject)
    socket.on('data', (data) => {
      text += data
      if (text.includes('data: 1')) resolve(socket)
    })
  })
}

/** Uploads `size` bytes through the gateway. Returns the number received by the upstream. */
export function upload(port: number, size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let [left, text] = [size, '']
    const more = (): void => {
      while (left > 0) {
        const part = left < chunk.byteLength ? chunk.subarray(0, left) : chunk
        left -= part.byteLength
        if (!socket.write(part)) return
      }
    }
    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`)
    socket.on('drain', more).on('error', reject)
    socket.on('data', (data) => {
      text += data
    })
    socket.on('close', () =>
      resolve(Number(text.slice(text.lastIndexOf('\r\n') - 20).match(/\d+(?=\r\n0\r\n|$)/)?.[0])),
    )
    more()
  })
}

/** Downloads `size` bytes through the gateway. Returns the number received, including the head. */
export function download(port: number, size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    const request = `GET /${size} HTTP/1.0\r\nHost: localhost\r\n\r\n`
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.on('error', reject)
    socket.on('data', (data) => {
      bytes += data.byteLength
    })
    socket.on('close', () => resolve(bytes))
  })
}
