import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import type { ApiResponse } from '../../http/response.ts'
import type { CancelListener } from '../../time/cancellation.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import {
  BodyBuffer,
  bodyLimit,
  checkTransferCoding,
  headStands,
  type IncomingHeaders,
  joinHeaders,
  tooLarge,
  unsuccessfulBodyTime,
} from '../answer.ts'
import { completeAnswer } from '../complete-answer.ts'
import type { ProxyAddress } from '../connect/proxy.ts'
import { proxyRefusal } from '../connect/tunnel.ts'
import { brokenConnection, connectError, isOrderlyClose } from '../connection-error.ts'
import { AttemptTimeoutError, BodyError, BodySourceError, ConnectionLostError } from '../errors.ts'
import { StreamedBody } from '../streamed-body.ts'
import type { OwnExchange } from '../transport.ts'
import type { Upload } from '../upload.ts'
import { afterNotice, closeGently, finishSoon, followNextSocket, isReused } from './connections.ts'
import { type ExchangeHandler, type IdleConnections, type Lease, release } from './origin-clients.ts'

type Controller = Dispatcher.DispatchController

export interface ReaderParts {
  readonly origin: string
  readonly method: string
  readonly exchange: OwnExchange
  /** Maximum body size in bytes. */
  readonly maxBody: number
  /** Proxy that receives the request in place of the server, if any. */
  readonly proxy: ProxyAddress | undefined
  readonly upload: Upload | undefined
  readonly clock: Clock
  /** @default none are known: they are those of a given dispatcher */
  readonly idle: IdleConnections | undefined
}

/** Reads one response to its end, and settles when the connection is done with it. */
export class ResponseReader implements ExchangeHandler, CancelListener {
  lease: Lease | undefined
  isSettled = false
  readonly #parts: ReaderParts
  readonly #resolve: (response: ApiResponse | Promise<ApiResponse>) => void
  readonly #reject: (error: Error) => void
  readonly #body = new BodyBuffer()
  /** Replaces the buffer for streamed bodies. */
  #streamed: StreamedBody | undefined
  #controller: Controller | undefined
  #socket: Socket | undefined
  #socketIsReused = false
  #sentAt = 0
  #answerBegan = false
  /** True if the response is complete, and only the connection is not free yet. */
  #isComplete = false
  #status = 0
  #headers: Readonly<Record<string, string>> = {}
  /** Content-length; NaN if there is none. */
  #announced = Number.NaN
  #limit = 0
  #bodyTimer: Timer | undefined
  /** Result after a local cancellation: an error, or the part of the response that was received. */
  #ending: Error | 'answer' | undefined

  constructor(
    parts: ReaderParts,
    resolve: (response: ApiResponse | Promise<ApiResponse>) => void,
    reject: (error: Error) => void,
  ) {
    this.#parts = parts
    this.#resolve = resolve
    this.#reject = reject
    parts.exchange.cancellation.add(this)
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller
    if (this.isSettled) {
      controller.abort(new Error('cancelled before it was sent'))
      return
    }
    if (this.lease === undefined) followNextSocket(this)
    else {
      this.#socket = this.lease.socket
      this.#socketIsReused = this.lease.isReused
    }
    this.#sentAt = this.#parts.clock.now()
    this.#parts.exchange.onSent('http/1.1')
  }

  /** Called by the socket watch with the connection of this exchange. */
  onSocket(socket: Socket): void {
    this.#socket = socket
    this.#socketIsReused = isReused(socket)
  }

  onResponseStarted(): void {
    if (this.#answerBegan) return
    this.#answerBegan = true
    this.#parts.exchange.onFirstByte()
  }

  onResponseStart(controller: Controller, status: number, headers: IncomingHeaders): void {
    if (status < 200 || this.#ending !== undefined) return
    const { method, maxBody, proxy, clock, exchange } = this.#parts
    this.#status = status
    this.#headers = joinHeaders(headers, exchange.passage !== undefined)
    if (status === 407 && proxy !== undefined) {
      this.#tearDown(controller, proxyRefusal(proxy, status))
      return
    }
    this.#announced = Number(this.#headers['content-length'] ?? Number.NaN)
    this.#limit = bodyLimit(status, this.#announced, maxBody)
    // A length without a body: the length for GET (HEAD), or of the cached response (304).
    if (method === 'HEAD' || status === 304) return
    if (this.#headStands) {
      exchange.onHead?.(status, this.#headers)
      this.#bodyTimer = clock.timer(unsuccessfulBodyTime, () => this.#tearDown(controller, 'answer'))
      return
    }
    this.#streamed = StreamedBody.open(status, this.#headers, exchange, {
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      fail: (error) => this.#tearDown(controller, error),
    })
    if (this.#streamed === undefined && this.#announced > maxBody)
      this.#tearDown(controller, tooLarge(`${this.#announced} bytes`, maxBody, status))
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#ending !== undefined) return
    if (this.#streamed !== undefined) {
      this.#streamed.write(chunk)
      return
    }
    const room = this.#limit - this.#body.size
    if (chunk.byteLength <= room) this.#body.add(chunk, this.#announced)
    else if (this.#headStands) {
      this.#body.add(chunk.subarray(0, room), this.#announced)
      this.#tearDown(controller, 'answer')
    } else {
      const { maxBody } = this.#parts
      this.#tearDown(controller, tooLarge(`more than ${maxBody} bytes`, maxBody, this.#status))
    }
  }

  onResponseEnd(_controller?: Controller, trailers: IncomingHeaders = {}): void {
    if (this.#ending !== undefined) {
      // undici would reuse the connection, which is half-closed.
      this.#socket?.destroy()
      release(this)
      this.#endAsDecided(this.#ending)
      return
    }
    // A body without a length ends with the connection, and undici takes a broken one for its end.
    const broken = this.#socket?.errored
    if (broken != null && !this.#isWhole && this.#headers['transfer-encoding'] === undefined) {
      this.onResponseError(this.#controller, broken)
      return
    }
    this.#isComplete = true
    this.#parts.exchange.passage?.onTrailers(joinHeaders(trailers, true))
    if (this.lease !== undefined) finishSoon(this)
    // A given dispatcher frees the connection a turn of the event loop later: a call before that would open another.
    else endOfStep.then(() => finishSoon(this))
  }

  /** Completes the response. */
  finish(): void {
    release(this)
    if (!this.#settle()) return
    this.#resolveWithAnswer()
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    release(this)
    if (this.#ending !== undefined) this.#endAsDecided(this.#ending)
    // Every announced byte has arrived, so the connection may end.
    else if (this.#isWhole) this.finish()
    else this.#endAsDecided(this.#headStands ? 'answer' : this.#explain(error))
  }

  #explain(error: Error): Error {
    if (this.#controller === undefined) return connectError(this.#host, error)
    // An error of the caller's body source takes precedence over the state of the connection.
    if (error instanceof BodySourceError) return error
    if (this.#status !== 0 && isOrderlyClose(error)) {
      const outOf = Number.isNaN(this.#announced) ? '' : ` of ${this.#announced}`
      return new BodyError(
        'SLUICE_BODY_TRUNCATED',
        `the body ends after ${this.#size}${outOf} bytes: ${this.#host} closed the connection`,
        this.#status,
        error,
      )
    }
    return brokenConnection(this.#host, error, { silentFor: this.#distrustIfSilent(), socket: this.#socket })
  }

  /** Closes the idle connections if this one was idle before and brought nothing. Returns for how long, in ms. */
  #distrustIfSilent(): number | undefined {
    if (!this.#socketIsReused || this.#answerBegan) return undefined
    this.#parts.idle?.distrustIdle(this.#parts.origin)
    return this.#parts.clock.now() - this.#sentAt
  }

  onCancelled(reason: unknown): void {
    // A stream may be cancelled after its end: the connection must not be closed under the next request on it.
    if (this.#isComplete) return
    const isTimeout = reason instanceof AttemptTimeoutError
    if (isTimeout) this.#distrustIfSilent()
    const ending =
      isTimeout && this.#headStands
        ? 'answer'
        : new ConnectionLostError(`the exchange with ${this.#host} was cancelled`)
    if (this.#controller !== undefined) this.#tearDown(this.#controller, ending)
    else if (this.#settle()) this.#reject(ending as Error)
  }

  #tearDown(controller: Controller, ending: Error | 'answer'): void {
    if (this.isSettled || this.#ending !== undefined) return
    this.#ending = ending
    this.#streamed?.close()
    const abort = (): void => controller.abort(new Error('torn down'))
    const socket = this.#socket
    // A half-closed connection would reject the rest of a body that is still being sent.
    if (socket?.destroyed === false && this.#parts.upload === undefined) closeGently(socket, this.#parts.clock, abort)
    else abort()
  }

  #endAsDecided(ending: Error | 'answer'): void {
    if (!this.#settle()) return
    const end = (): void => (ending === 'answer' ? this.#resolveWithAnswer() : this.#reject(ending))
    // A server takes a moment to notice the end of an exchange that it has already answered.
    const isOurs = this.#ending !== undefined && this.#socket !== undefined
    this.#whenSocketIsGone(isOurs ? () => afterNotice(this.#parts.clock, end) : end)
  }

  #resolveWithAnswer(): void {
    if (this.#streamed !== undefined) {
      this.#resolve(this.#streamed.end())
      return
    }
    try {
      const answer = { status: this.#status, headers: this.#headers, body: this.#body.take() }
      const { exchange, maxBody } = this.#parts
      if (exchange.passage !== undefined) {
        // Its other transfer codings end here: a consumer could not tell that the body has them.
        checkTransferCoding(this.#status, this.#headers)
        this.#resolve(answer)
      } else this.#resolve(completeAnswer(answer, maxBody))
    } catch (error) {
      this.#reject(error as Error)
    }
  }

  /** Returns true the first time only. */
  #settle(): boolean {
    if (this.isSettled) return false
    this.isSettled = true
    const { exchange, upload } = this.#parts
    exchange.cancellation.remove(this)
    this.#bodyTimer?.cancel()
    upload?.close()
    return true
  }

  /** True if the response is usable without its body. */
  get #headStands(): boolean {
    return this.#parts.exchange.passage === undefined && headStands(this.#status)
  }

  get #host(): string {
    const { origin } = this.#parts
    return origin.slice(origin.indexOf('/') + 2)
  }

  /** Number of body bytes so far. */
  get #size(): number {
    return this.#streamed?.received ?? this.#body.size
  }

  get #isWhole(): boolean {
    return this.#status !== 0 && this.#announced === this.#size
  }

  /** A permit must not be released while the server may still see the old connection beside a new one. */
  #whenSocketIsGone(then: () => void): void {
    const socket = this.#socket
    if (socket === undefined || socket.closed || !socket.destroyed) then()
    else socket.once('close', then)
  }
}

/** Cheaper than `queueMicrotask`, which makes an async resource for each. */
const endOfStep = Promise.resolve()
