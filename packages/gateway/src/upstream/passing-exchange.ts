import { type ApiResponse, BodyError, type Clock } from 'sluice'
import type { Cancellation, OwnExchange, Passage, Timer } from 'sluice/internal'
import type { Passing } from './passing.ts'

type Sink = NonNullable<ReturnType<NonNullable<OwnExchange['onBody']>>>

/** First status whose response may be followed by a retry. */
const firstUnsuccessful = 300

/** Maximum bytes buffered before a response is forwarded, for retries and to write small responses at once. */
const longestPrefix = 64 * 1024

/** Maximum buffering time in ms, for unsuccessful and for small responses. */
const prefixTime = 1_000
const smallTime = 50

/** Maximum size in bytes of an unsuccessful response that is buffered. */
const longestWhole = 10 * 1024 * 1024

/** Exchange of an attempt that forwards messages as a stream. */
export class PassingExchange implements OwnExchange, Passage {
  /** Called once, with the head of the response. */
  onAnswer: () => void = () => {}
  readonly passage: Passage = this
  readonly #exchange: OwnExchange
  readonly #passing: Passing
  readonly #clock: Clock
  /** True if the request body is streamed. The attempt timeout does not apply then. */
  readonly #isUpload: boolean
  #isSuccess = false
  #prefix: PrefixSink | undefined
  #timer: Timer | undefined

  constructor(exchange: OwnExchange, passing: Passing, clock: Clock, isUpload: boolean) {
    this.#exchange = exchange
    this.#passing = passing
    this.#clock = clock
    this.#isUpload = isUpload
  }

  get cancellation(): Cancellation {
    return this.#exchange.cancellation
  }

  get signal(): AbortSignal {
    return this.#exchange.signal
  }

  get length(): number | undefined {
    return this.#passing.length
  }

  onSent(protocol?: 'http/1.1' | 'h2'): void {
    this.#passing.isHttp2 = protocol === 'h2'
    this.#exchange.onSent(protocol)
  }

  onFirstByte(): void {
    this.#exchange.onFirstByte()
  }

  onTrailers(trailers: Readonly<Record<string, string>>): void {
    this.#passing.trailers = trailers
  }

  onBody(status: number, headers: Readonly<Record<string, string>>): Sink | undefined {
    this.onAnswer()
    const isSuccess = status < firstUnsuccessful
    this.#isSuccess = isSuccess
    const length = Number(headers['content-length'] ?? Number.NaN)
    if (isSuccess && (this.#isUpload || !(length <= longestPrefix))) return this.#exchange.onBody?.(status, headers)
    if (!isSuccess) this.#exchange.onHead?.(status, headers)
    const prefix = new PrefixSink(() => this.#exchange.onBody?.(status, headers))
    this.#prefix = prefix
    if (length > longestPrefix) prefix.handOver()
    else this.#timer = this.#clock.timer(isSuccess ? smallTime : prefixTime, () => prefix.handOver())
    return prefix
  }

  /** Response of the transport, with the body buffered as a prefix. @throws BodyError if it is too large */
  answer(response: ApiResponse): ApiResponse {
    if (this.#prefix === undefined || this.#prefix.isHandedOver) return response
    return { ...response, body: this.#prefix.bytes(response.status) }
  }

  /** Called when a response breaks off. Forwards the received part of a successful one, since the server has acted. */
  onBroken(): void {
    if (this.#isSuccess) this.#prefix?.handOver()
  }

  /** Releases its timer. */
  close(): void {
    this.#timer?.cancel()
    this.#prefix?.close()
  }
}

/** Buffers the beginning of a body, and hands the body over when it is long or slow. */
class PrefixSink implements Sink {
  onReady: () => void = () => {}
  readonly #open: () => Sink | undefined
  readonly #chunks: Uint8Array[] = []
  #size = 0
  #rest: Sink | undefined
  #isClosed = false

  constructor(open: () => Sink | undefined) {
    this.#open = open
  }

  get isHandedOver(): boolean {
    return this.#rest !== undefined
  }

  write(chunk: Uint8Array): boolean {
    if (this.#rest !== undefined) return this.#rest.write(chunk)
    this.#size += chunk.byteLength
    if (this.#size <= longestWhole) this.#chunks.push(chunk)
    return this.#size <= longestPrefix || this.handOver()
  }

  /** Forwards the buffered part and all further chunks. Returns false if the consumer lags. */
  handOver(): boolean {
    if (this.#isClosed || this.#rest !== undefined) return true
    this.#rest = this.#open()
    if (this.#rest === undefined) return true
    const resume = (): void => this.onReady()
    this.#rest.onReady = resume
    let goesOn = true
    for (const chunk of this.#chunks.splice(0)) goesOn = this.#rest.write(chunk)
    return goesOn
  }

  bytes(status: number): Uint8Array {
    if (this.#size > longestWhole) {
      const message = `the body has ${this.#size} bytes, more than the limit of ${longestWhole}`
      throw new BodyError('SLUICE_BODY_TOO_LARGE', message, status)
    }
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
  }

  close(): void {
    this.#isClosed = true
  }
}
