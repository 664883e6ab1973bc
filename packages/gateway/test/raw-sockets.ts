import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createGateway, type Gateway, type GatewayOptions, type Upstream } from '../src/index.ts'

/** One request as an upstream saw it, byte for byte in Latin-1. */
export interface Seen {
  readonly head: string
  readonly body: string
  readonly socket: Socket
}

/** An upstream of plain sockets: answers each whole request with the bytes that `answer` returns, or itself on the socket. */
export async function rawUpstream(
  answer: (seen: Seen, count: number) => string | Uint8Array | undefined,
): Promise<{ url: string; seen: Seen[]; sockets: Set<Socket>; close: () => Promise<void> }> {
  const seen: Seen[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    let bytes = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      bytes += chunk
      for (let one = cut(bytes); one !== undefined; one = cut(bytes)) {
        bytes = one.rest
        const request = { head: one.head, body: one.body, socket }
        seen.push(request)
        const text = answer(request, seen.length)
        if (text !== undefined) socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  onTestFinished(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, sockets, close }
}

/** The first whole request, its body with its chunks as they came. */
function cut(bytes: string): { head: string; body: string; rest: string } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.slice(0, end)
  const rest = bytes.slice(end + 4)
  if (/^transfer-encoding: chunked/im.test(head)) {
    const last = rest.startsWith('0\r\n\r\n') ? 0 : rest.indexOf('\r\n0\r\n\r\n') + 2
    return last === 1 ? undefined : { head, body: rest.slice(0, last + 5), rest: rest.slice(last + 5) }
  }
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
  return rest.length < length ? undefined : { head, body: rest.slice(0, length), rest: rest.slice(length) }
}

/** A gateway that listens, in front of one upstream or several. */
export async function startGateway(
  upstreams: string | readonly Upstream[],
  options: Omit<GatewayOptions, 'upstreams'> & { readonly client?: Upstream['client'] } = {},
): Promise<{ gateway: Gateway; url: string; port: number }> {
  const { client, ...rest } = options
  const list = typeof upstreams === 'string' ? [{ url: upstreams, client: { proxy: 'none', ...client } }] : upstreams
  const gateway = createGateway({ ...rest, upstreams: list })
  onTestFinished(() => gateway.drain(0))
  return { gateway, ...(await gateway.listen()) }
}

/** Sends bytes to a port, and returns everything that comes until the connection ends or `isEnough`. */
export function exchange(
  port: number,
  bytes: string,
  isEnough: (text: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk
      if (isEnough(text)) socket.destroy()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)))
    socket.on('close', () => resolve(text))
  })
}

/** An answer with this body, and a length. */
export function ok(body = 'ok', head = ''): string {
  return `HTTP/1.1 200 OK\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`
}

/** The fields of a head, names in lower case; those that are repeated in a list. */
export function fieldsOf(head: string): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {}
  for (const line of head.split('\r\n\r\n')[0]!.split('\r\n').slice(1)) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    const value = line.slice(line.indexOf(':') + 1).trim()
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  return fields
}

/** True once an answer has come to its end, as its length says. */
export function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n')
  return head > 0 && text.length - head - 4 >= Number(fieldsOf(text)['content-length'] ?? 0)
}

/** A connection to a port on which a test writes bit by bit. */
export async function openSocket(port: number): Promise<{
  write: (bytes: string) => void
  /** Everything that came, once `isThere` says so. */
  until: (isThere: (text: string) => boolean) => Promise<string>
  /** Reads nothing more. */
  pause: () => void
  destroy: () => void
}> {
  let text = ''
  let look = (): void => {}
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
    look()
  })
  socket.on('error', () => {})
  socket.on('close', () => look())
  onTestFinished(() => void socket.destroy())
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return {
    write: (bytes) => void socket.write(bytes, 'latin1'),
    until: (isThere) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (isThere(text)) resolve(text)
          else if (socket.destroyed) reject(new Error(`the connection ended after ${JSON.stringify(text)}`))
        }
        look()
      }),
    pause: () => void socket.pause(),
    destroy: () => void socket.destroy(),
  }
}
