import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { certificate } from './certificate.ts'

/** Frame types of RFC 9113 section 6. */
export const type = {
  data: 0,
  headers: 1,
  rst: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const

export const flag = { ack: 1, endStream: 1, endHeaders: 4, padded: 8 } as const

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly id: number
  readonly payload: Buffer
}

export function frame(kind: number, flags: number, id: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.byteLength, 0, 3)
  head[3] = kind
  head[4] = flags
  head.writeUInt32BE(id, 5)
  return Buffer.concat([head, payload])
}

export function u32(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index)
  return bytes
}

/** Literal header fields without indexing (RFC 7541 section 6.2.2); `:status` 200 is one byte. */
export function fields(headers: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(headers).map(([name, value]) =>
    Buffer.concat([Buffer.from([0]), literal(name), literal(value)]),
  )
  return Buffer.concat(parts)
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  if (bytes.byteLength < 127) return Buffer.concat([Buffer.from([bytes.byteLength]), bytes])
  const rest: number[] = []
  for (let left = bytes.byteLength - 127; ; left >>= 7) {
    if (left < 128) {
      rest.push(left)
      break
    }
    rest.push((left & 127) | 128)
  }
  return Buffer.concat([Buffer.from([127, ...rest]), bytes])
}

/** One connection, as the server sees it. */
export class Connection {
  readonly socket: TLSSocket
  /** From 1. */
  readonly number: number
  readonly frames: Frame[] = []
  readonly open = new Set<number>()
  lastId = Number.POSITIVE_INFINITY
  answersPings = true
  answersSettings = true
  #buffered = Buffer.alloc(0)
  #hasPreface = false

  constructor(socket: TLSSocket, number: number, onFrame: (frame: Frame, connection: Connection) => void) {
    this.socket = socket
    this.number = number
    socket.on('error', () => {})
    socket.on('data', (data: Buffer) => {
      this.#buffered = Buffer.concat([this.#buffered, data])
      if (!this.#hasPreface) {
        if (this.#buffered.byteLength < 24) return
        this.#buffered = this.#buffered.subarray(24)
        this.#hasPreface = true
      }
      for (let next = this.#take(); next !== undefined; next = this.#take()) {
        this.frames.push(next)
        onFrame(next, this)
      }
    })
  }

  send(kind: number, flags: number, id: number, payload?: Uint8Array): void {
    this.socket.write(frame(kind, flags, id, payload))
  }

  /** `:status` and other headers, without END_STREAM. */
  headers(id: number, headers: Readonly<Record<string, string>> = {}, flags: number = flag.endHeaders): void {
    this.send(type.headers, flags, id, fields({ ':status': '200', ...headers }))
  }

  data(id: number, text: string | Uint8Array, isLast = false): void {
    this.send(type.data, isLast ? flag.endStream : 0, id, Buffer.from(text))
  }

  answer(id: number, text = 'ok', headers: Readonly<Record<string, string>> = {}): void {
    this.headers(id, headers)
    this.data(id, text, true)
    this.open.delete(id)
  }

  reset(id: number, code: number): void {
    this.send(type.rst, 0, id, u32(code))
    this.open.delete(id)
  }

  /** Says goodbye: streams beyond `lastId` are not processed. */
  goaway(lastId: number, code = 0): void {
    this.send(type.goaway, 0, 0, u32(lastId, code))
    this.lastId = lastId
    for (const id of this.open) if (id > lastId) this.open.delete(id)
  }

  /** SETTINGS, as pairs of identifier and value. */
  settings(...pairs: readonly (readonly [number, number])[]): void {
    const payload = Buffer.concat(
      pairs.map(([id, value]) => Buffer.concat([Buffer.from([id >> 8, id & 255]), u32(value)])),
    )
    this.send(type.settings, 0, 0, payload)
  }

  count(kind: number): number {
    return this.frames.filter((one) => one.type === kind).length
  }

  #take(): Frame | undefined {
    const bytes = this.#buffered
    if (bytes.byteLength < 9) return undefined
    const length = bytes.readUIntBE(0, 3)
    if (bytes.byteLength < 9 + length) return undefined
    this.#buffered = bytes.subarray(9 + length)
    return {
      type: bytes[3]!,
      flags: bytes[4]!,
      id: bytes.readUInt32BE(5) & 0x7fffffff,
      payload: bytes.subarray(9, 9 + length),
    }
  }
}

export interface FrameServerOptions {
  /** Told of each request when its headers are there. */
  readonly onRequest: (connection: Connection, id: number, nth: number) => void
  readonly onFrame?: (frame: Frame, connection: Connection) => void
  /** First bytes of a connection. @default an empty SETTINGS frame */
  readonly onConnection?: (connection: Connection) => void
  readonly alpn?: readonly string[]
}

/** A server of frames over TLS: it sends what the test says, and takes note of what comes. */
export class FrameServer {
  readonly connections: Connection[] = []
  requests = 0
  /** The most streams that were open at once, over all connections. */
  most = 0
  #url = ''
  readonly #server: ReturnType<typeof createServer>

  private constructor({ onRequest, onFrame, onConnection, alpn = ['h2'] }: FrameServerOptions) {
    const take = (one: Frame, connection: Connection): void => {
      onFrame?.(one, connection)
      const isAck = (one.flags & flag.ack) !== 0
      if (one.type === type.settings && !isAck && connection.answersSettings)
        connection.send(type.settings, flag.ack, 0)
      if (one.type === type.ping && !isAck && connection.answersPings)
        connection.send(type.ping, flag.ack, 0, one.payload)
      if (one.type === type.rst) connection.open.delete(one.id)
      if (one.type !== type.headers || one.id > connection.lastId) return
      connection.open.add(one.id)
      this.most = Math.max(this.most, this.openStreams)
      onRequest(connection, one.id, ++this.requests)
    }
    this.#server = createServer({ ...certificate, ALPNProtocols: [...alpn] }, (socket) => {
      const connection = new Connection(socket, this.connections.length + 1, take)
      this.connections.push(connection)
      socket.on('close', () => connection.open.clear())
      if (onConnection === undefined) connection.settings()
      else onConnection(connection)
    })
    this.#server.on('tlsClientError', () => {})
  }

  static async listen(options: FrameServerOptions): Promise<FrameServer> {
    const server = new FrameServer(options)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    server.#url = `https://127.0.0.1:${(server.#server.address() as AddressInfo).port}`
    return server
  }

  get url(): string {
    return this.#url
  }

  get openStreams(): number {
    return this.connections.reduce((sum, { open }) => sum + open.size, 0)
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
