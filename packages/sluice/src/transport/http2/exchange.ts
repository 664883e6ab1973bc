import type { ClientHttp2Stream } from 'node:http2'
import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'
import type { CancelListener } from '../../time/cancellation.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import { BodyBuffer, bodyLimit, headStands, tooLarge, unsuccessfulBodyTime } from '../answer.ts'
import { completeAnswer } from '../complete-answer.ts'
import { AttemptTimeoutError, ConnectError, ConnectionLostError, ProtocolError } from '../errors.ts'
import { StreamedBody } from '../streamed-body.ts'
import type { OwnExchange } from '../transport.ts'
import { Upload } from '../upload.ts'
import { rawFields } from './raw-fields.ts'
import { requestHeaders, writeUpload } from './send-request.ts'
import type { Session } from './session.ts'
import { listenTo, type StreamListener } from './stream-events.ts'
import { errorCodes, streamFailure, wantsHttp1 } from './stream-failure.ts'

/** Time in milliseconds for the server to notice an exchange that the client ended. */
const settleTime = 250

export interface ExchangeParts {
  readonly host: string
  readonly request: ApiRequest
  readonly exchange: OwnExchange
  /** Maximum body size in bytes. */
  readonly maxBody: number
  readonly clock: Clock
  /** Sends the request over HTTP/1.1, as the server demands; `refusal` is the error if that is impossible. */
  sendHttp1(refusal: Error): Promise<ApiResponse>
  readonly resolve: (response: ApiResponse | Promise<ApiResponse>) => void
  readonly reject: (error: Error) => void
}

/**
 * One request on one stream: sends it, reads the response to its end, and settles when the server knows that it is
 * over.
 */
export class StreamExchange implements CancelListener, StreamListener {
  readonly #parts: ExchangeParts
  readonly #session: Session
  readonly #body = new BodyBuffer()
  /** Replaces the buffer for streamed bodies. */
  #streamed: StreamedBody | undefined
  #stream: ClientHttp2Stream | undefined
  #upload: Upload | undefined
  #isReused = false
  #sentAt = 0
  /** Bytes that the session had received when the stream started. */
  #bytesBefore = 0
  #answerBegan = false
  #status = 0
  #headers: Record<string, string> = {}
  /** Content-length; NaN if there is none. */
  #announced = Number.NaN
  #limit = 0
  /** Chunks received before the response head: Node emits the head slightly later than the data of the same read. */
  #early: Buffer[] = []
  /** Bytes received in DATA frames, and whether a frame with END_STREAM arrived. */
  #received = 0
  #endSeen = false
  #streamError: Error | undefined
  #bodyTimer: Timer | undefined
  /** Result after a local reset: an error, or the part of the response that was received. */
  #ending: Error | 'answer' | undefined
  #endingTimer: Timer | undefined
  #settled = false

  constructor(parts: ExchangeParts, session: Session) {
    this.#parts = parts
    this.#session = session
  }

  start(): void {
    const { request, exchange, host, reject } = this.#parts
    const { body } = request
    const isSource = typeof body === 'function'
    const isEmpty = body === undefined || (!isSource && body.length === 0)
    this.#isReused = this.#session.carried > 0
    this.#bytesBefore = this.#session.bytesRead
    let stream: ClientHttp2Stream
    try {
      // Node ends a stream aborted during its upload with END_STREAM, as if the upload were complete, before it resets
      // it; but not if trailers are to follow.
      stream = this.#session.open(requestHeaders(request, host, exchange.passage?.length), {
        endStream: isEmpty,
        waitForTrailers: isSource,
      })
    } catch (error) {
      reject(new ConnectError('SLUICE_BAD_INPUT', `cannot be sent: ${(error as Error).message}`, error))
      return
    }
    this.#stream = stream
    listenTo(stream, this, { uploads: !isEmpty, wantsTrailers: exchange.passage !== undefined })
    this.#sentAt = this.#parts.clock.now()
    exchange.onSent('h2')
    if (isSource) this.#beginUpload(new Upload(body), stream)
    else if (!isEmpty) stream.end(body)
    exchange.cancellation.add(this)
  }

  onCancelled(reason: unknown): void {
    const isTimeout = reason instanceof AttemptTimeoutError
    if (isTimeout) {
      if (this.#session.bytesRead === this.#bytesBefore) this.#session.suspect()
      // A window that the server does not open may be that of the whole session.
      if (!this.#stream!.writableFinished) this.#session.retire()
    }
    const cancelled = new ConnectionLostError(`the exchange with ${this.#parts.host} was cancelled`)
    this.#tearDown(isTimeout && this.#headStands ? 'answer' : cancelled)
  }

  onError(error: Error): void {
    this.#streamError ??= error
  }

  onTrailers(raw: readonly string[]): void {
    this.#parts.exchange.passage?.onTrailers(rawFields(raw, true))
  }

  onArrived(bytes: number): void {
    this.#received += bytes
  }

  onEndArrived(): void {
    this.#endSeen = true
  }

  onWantTrailers(): void {
    const stream = this.#stream!
    if (!stream.closed) stream.sendTrailers({})
  }

  #beginUpload(upload: Upload, stream: ClientHttp2Stream): void {
    this.#upload = upload
    writeUpload(upload, stream).catch((fault: Error) => this.#tearDown(fault))
  }

  onInformation(): void {
    if (this.#answerBegan) return
    this.#answerBegan = true
    this.#parts.exchange.onFirstByte()
  }

  onResponse(status: number, raw: readonly string[]): void {
    this.onInformation()
    if (this.#ending !== undefined) return
    const { host, request, maxBody, clock, exchange } = this.#parts
    const headers = rawFields(raw, exchange.passage !== undefined)
    // An informational response with END_STREAM. Without it, this would not be one.
    if (!(status >= 200)) {
      this.#tearDown(new ProtocolError(`${host} ended the stream without a response (status ${status})`))
      return
    }
    this.#status = status
    this.#headers = headers
    this.#announced = Number(headers['content-length'] ?? Number.NaN)
    this.#limit = bodyLimit(status, this.#announced, maxBody)
    // A length without a body: the length for GET (HEAD), or of the cached response (304).
    if (request.method === 'HEAD' || status === 304) this.#announced = Number.NaN
    else if (this.#headStands) {
      exchange.onHead?.(status, headers)
      this.#bodyTimer = clock.timer(unsuccessfulBodyTime, () => this.#tearDown('answer'))
    } else if (!this.#streams() && this.#announced > maxBody)
      this.#tearDown(tooLarge(`${this.#announced} bytes`, maxBody, status))
    for (const chunk of this.#early.splice(0)) this.onData(chunk)
  }

  /** True for a streamed body. */
  #streams(): boolean {
    const stream = this.#stream!
    this.#streamed = StreamedBody.open(this.#status, this.#headers, this.#parts.exchange, {
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      fail: (error) => this.#tearDown(error),
    })
    if (this.#streamed === undefined) return false
    this.#session.window.addReader()
    return true
  }

  onData(chunk: Buffer): void {
    if (this.#ending !== undefined) return
    if (this.#status === 0) {
      this.#early.push(chunk)
      return
    }
    if (this.#streamed !== undefined) {
      this.#streamed.write(chunk)
      return
    }
    const { maxBody } = this.#parts
    const room = this.#limit - this.#body.size
    if (chunk.byteLength <= room) this.#body.add(chunk, this.#announced)
    else if (this.#headStands) {
      this.#body.add(chunk.subarray(0, room), this.#announced)
      this.#tearDown('answer')
    } else this.#tearDown(tooLarge(`more than ${maxBody} bytes`, maxBody, this.#status))
  }

  /** The response is complete: if that does not close the stream, the rest of the upload is not needed. */
  onEnd(): void {
    if (this.#endSeen) setImmediate(() => this.#stream!.close(errorCodes.cancel))
  }

  onClose(): void {
    const session = this.#session
    if (this.#streamed !== undefined) session.window.removeReader()
    session.release()
    this.#upload?.close()
    if (this.#ending !== undefined) session.whenServerKnows(() => this.#settle(this.#ending!))
    else if (this.#isWhole) this.#settle('answer')
    else if (session.isGone) {
      session.destroy()
      session.whenClosed(() => this.#endBroken())
    } else this.#endBroken()
  }

  #endBroken(): void {
    if (this.#headStands) this.#settle('answer')
    else if (this.#status === 0 && wantsHttp1(this.#stream!.rstCode)) this.#settle('http/1.1')
    else this.#settle(this.#explain())
  }

  get #headStands(): boolean {
    return this.#parts.exchange.passage === undefined && headStands(this.#status)
  }

  /** Number of body bytes so far. */
  get #size(): number {
    return this.#streamed?.received ?? this.#body.size
  }

  get #isWhole(): boolean {
    if (this.#status === 0) return false
    const size = this.#size
    const isComplete = this.#announced === size
    if (!this.#endSeen) {
      // Everything announced has arrived: the connection may end now, with or without GOAWAY. Node servers reset a
      // stream with NO_ERROR instead of the END_STREAM that a congested connection holds back.
      return isComplete && (this.#session.isGone || this.#stream!.rstCode === errorCodes.noError)
    }
    return size === this.#received && (isComplete || Number.isNaN(this.#announced))
  }

  #explain(): Error {
    const stream = this.#stream!
    return streamFailure(
      {
        host: this.#parts.host,
        id: stream.id,
        code: stream.rstCode,
        status: this.#status,
        received: this.#size,
        announced: this.#announced,
        silentFor: this.#isReused ? this.#parts.clock.now() - this.#sentAt : undefined,
        cause: this.#streamError,
      },
      this.#session,
    )
  }

  /** Resets the stream. The permit is released only when the server can know. */
  #tearDown(ending: Error | 'answer'): void {
    if (this.#settled || this.#ending !== undefined) return
    this.#ending = ending
    this.#streamed?.close()
    this.#endingTimer = this.#parts.clock.timer(settleTime, () => this.#settle(ending))
    this.#upload?.close()
    this.#stream!.close(errorCodes.cancel)
  }

  #settle(ending: Error | 'answer' | 'http/1.1'): void {
    if (this.#settled) return
    this.#settled = true
    this.#bodyTimer?.cancel()
    this.#endingTimer?.cancel()
    const { exchange, maxBody, resolve, reject } = this.#parts
    exchange.cancellation.remove(this)
    if (ending === 'http/1.1') resolve(this.#parts.sendHttp1(this.#explain()))
    else if (ending !== 'answer') reject(ending)
    else if (this.#streamed !== undefined) resolve(this.#streamed.end())
    else {
      const answer = { status: this.#status, headers: this.#headers, body: this.#body.take() }
      try {
        resolve(exchange.passage === undefined ? completeAnswer(answer, maxBody) : answer)
      } catch (error) {
        reject(error as Error)
      }
    }
  }
}
