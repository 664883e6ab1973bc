import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import type { ApiResponse } from '../../http/response.ts'
import type { CancelListener } from '../../time/cancellation.ts'
import { brokenConnection, connectError, isOrderlyClose } from '../connection-error.ts'
import { decodeBody } from '../decode-body.ts'
import { BodyError, ConnectionLostError } from '../errors.ts'
import type { Exchange } from '../transport.ts'
import { followNextSocket } from './socket-watch.ts'

type Controller = Dispatcher.DispatchController
type IncomingHeaders = Record<string, string | string[] | undefined>

/** Reads one answer to its end, and settles when the connection is done with it. */
export class ResponseReader implements Dispatcher.DispatchHandler, CancelListener {
  readonly #host: string
  readonly #exchange: Exchange
  readonly #maxBody: number
  readonly #method: string
  readonly #resolve: (response: ApiResponse | Promise<ApiResponse>) => void
  readonly #reject: (error: Error) => void
  #controller: Controller | undefined
  #socket: Socket | undefined
  #socketIsReused = false
  #answerBegan = false
  #settled = false
  #status = 0
  #headers: Record<string, string> = {}
  #chunks: Buffer[] = []
  #size = 0
  /** Why we tore the connection down ourselves, if we did. */
  #ownReason: Error | undefined

  constructor(
    host: string,
    method: string,
    exchange: Exchange,
    maxBody: number,
    resolve: (response: ApiResponse | Promise<ApiResponse>) => void,
    reject: (error: Error) => void,
  ) {
    this.#host = host
    this.#method = method
    this.#exchange = exchange
    this.#maxBody = maxBody
    this.#resolve = resolve
    this.#reject = reject
    exchange.cancellation.add(this)
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller
    if (this.#settled) {
      controller.abort(new Error('cancelled before it was sent'))
      return
    }
    followNextSocket(this)
    this.#exchange.onSent()
  }

  /** Told by the socket watch which connection carries this exchange. */
  onSocket(socket: Socket, isReused: boolean): void {
    this.#socket = socket
    // A connection of HTTP/2 carries many exchanges: that it has been used says nothing about this one.
    this.#socketIsReused = isReused && !this.#isShared
  }

  onResponseStarted(): void {
    this.#answerBegan = true
    this.#exchange.onFirstByte()
  }

  onResponseStart(controller: Controller, status: number, headers: IncomingHeaders): void {
    if (status < 200) return
    this.#status = status
    this.#headers = flatten(headers)
    const announced = Number(this.#headers['content-length'])
    // A length without a body: of what GET would give (HEAD), or of what we have already (304).
    const hasBody = this.#method !== 'HEAD' && status !== 304
    if (hasBody && announced > this.#maxBody) this.#tearDown(controller, this.#tooLarge(`${announced} bytes`))
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#size += chunk.byteLength
    if (this.#size > this.#maxBody) this.#tearDown(controller, this.#tooLarge(`more than ${this.#maxBody} bytes`))
    else this.#chunks.push(chunk)
  }

  /**
   * undici takes the connection as free one turn of the event loop after the end of an answer. A call that was let go before
   * that would open a further connection, beside the one that is about to be free.
   */
  onResponseEnd(): void {
    queueMicrotask(() => setImmediate(finish, this))
  }

  /** The answer is whole. */
  finish(): void {
    if (!this.#settle()) return
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size)
    const [status, headers] = [this.#status, this.#headers]
    const encoding = headers['content-encoding']
    // A part of a packed body cannot be unpacked: it is handed over as it came, with its encoding.
    if (encoding === undefined || status === 206) this.#resolve({ status, headers, body })
    else {
      this.#resolve(
        decodeBody(body, encoding, this.#maxBody, status).then((decoded) => ({ status, headers, body: decoded })),
      )
    }
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    // Every byte that was announced is there: a connection that ends then, as HTTP/2 may say goodbye, has done its work.
    if (this.#ownReason === undefined && this.#isWhole) {
      this.finish()
      return
    }
    this.#chunks = []
    const reported = this.#ownReason ?? this.#explain(error)
    if (this.#settle()) this.#whenSocketIsGone(() => this.#reject(reported))
  }

  #explain(error: Error): Error {
    if (this.#controller === undefined) return connectError(this.#host, error)
    if (this.#status !== 0 && isOrderlyClose(error)) {
      const expected = this.#headers['content-length']
      const outOf = expected === undefined ? '' : ` of ${expected}`
      return new BodyError(
        'SLUICE_BODY_TRUNCATED',
        `the body ends after ${this.#size}${outOf} bytes: ${this.#host} closed the connection`,
        this.#status,
        error,
      )
    }
    return brokenConnection(this.#host, error, this.#socketIsReused && !this.#answerBegan)
  }

  onCancelled(): void {
    const reason = new ConnectionLostError(`the exchange with ${this.#host} was cancelled`)
    if (this.#controller !== undefined) this.#tearDown(this.#controller, reason)
    else if (this.#settle()) this.#reject(reason)
  }

  #tearDown(controller: Controller, reason: Error): void {
    if (this.#settled || this.#ownReason !== undefined) return
    this.#ownReason = reason
    controller.abort(reason)
  }

  #tooLarge(size: string): BodyError {
    return new BodyError(
      'SLUICE_BODY_TOO_LARGE',
      `the body has ${size}, which is beyond the limit of ${this.#maxBody}`,
      this.#status,
    )
  }

  /** Whether it is still to be told how it ended: once. */
  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    this.#exchange.cancellation.remove(this)
    return true
  }

  get #isWhole(): boolean {
    return this.#status !== 0 && this.#headers['content-length'] === String(this.#size)
  }

  get #isShared(): boolean {
    return this.#socket !== undefined && 'alpnProtocol' in this.#socket && this.#socket.alpnProtocol === 'h2'
  }

  /** A permit must not be given back while the server may still see the old connection beside a new one. */
  #whenSocketIsGone(then: () => void): void {
    const socket = this.#socket
    if (socket === undefined || this.#isShared || socket.closed || !socket.destroyed) then()
    else socket.once('close', then)
  }
}

function finish(reader: ResponseReader): void {
  reader.finish()
}

function flatten(headers: IncomingHeaders): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value !== undefined)
      flat[name] = typeof value === 'string' ? value : value.join(name === 'set-cookie' ? '\n' : ', ')
  }
  return flat
}
