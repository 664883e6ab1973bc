import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { PlannedAnswer, WireFault } from '../faults/plan.ts'
import { flatHeaders, type HandWriting, type Wire } from './wire.ts'

/** An HTTP/1.1 request and its response, encrypted or not. A class, because one is created for every request. */
export class Http1Wire implements Wire {
  readonly request: Wire['request']
  readonly body: Wire['body']
  readonly headers: Wire['headers']
  readonly #socket: Socket
  readonly #raw: Socket
  readonly #response: ServerResponse

  /** `raw` is the connection beneath TLS; `hint` tells whether responses announce the keep-alive time. */
  constructor(request: IncomingMessage, response: ServerResponse, raw: Socket, hint: boolean) {
    const { socket, headers } = request
    this.#socket = socket
    this.#raw = raw
    this.#response = response
    this.request = {
      method: request.method ?? 'GET',
      path: pathOf(request.url ?? '/'),
      headers: flatHeaders(headers),
      origin: `${socket === raw ? 'http' : 'https'}://${headers.host ?? 'localhost'}`,
      address: socket.remoteAddress,
    }
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
    if (!hasBody) request.resume()
    this.body = hasBody ? request : undefined
    // An explicit `connection` header keeps Node from announcing the keep-alive time.
    this.headers = hint || !response.shouldKeepAlive ? {} : { connection: 'keep-alive' }
    // Write to a closed socket; the connection's own handler cleans up.
    response.on('error', nothing)
  }

  get isGone(): boolean {
    return this.#socket.destroyed
  }

  onFinish(listener: () => void): void {
    this.#response.on('finish', listener)
  }

  /** Without its connection there is no exchange left. */
  onClose(): void {}

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(status, headers)
  }

  flush(): void {
    this.#response.flushHeaders()
  }

  write(piece: Uint8Array): boolean {
    return this.#response.write(piece)
  }

  onceWritable(resume: () => void): void {
    this.#response.once('drain', resume)
  }

  end(last?: Uint8Array): void {
    this.#response.end(last)
  }

  cutShort(): void {
    this.#socket.destroySoon()
  }

  reset(): void {
    this.#raw.resetAndDestroy()
  }

  talkNonsense(): void {
    this.#socket.write('this is no HTTP at all\r\n\r\n')
    this.#socket.destroySoon()
  }

  byHand(answer: PlannedAnswer, fault: WireFault): HandWriting {
    const socket = this.#socket
    const response = this.#response
    return {
      bytes: fault.http1(answer),
      write: (piece) => socket.write(piece),
      onceWritable: (resume) => socket.once('drain', resume),
      done() {
        // Tells Node that the response is finished, so that the connection accepts the next request.
        response.emit('finish')
        if (!response.shouldKeepAlive) socket.destroySoon()
      },
      close: () => socket.destroySoon(),
      reset: () => this.reset(),
      silence: nothing,
    }
  }
}

function nothing(): void {}

/** A request to a proxy has the whole URL in its first line. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target
  if (!URL.canParse(target)) return '/'
  const { pathname, search } = new URL(target)
  return pathname + search
}
