import { type ApiResponse, BodyError, type Clock } from 'sluice'
import type { Cancellation, OwnExchange, Passage, Timer } from 'sluice/internal'
import type { Passing } from './passing.ts'

type Sink = NonNullable<ReturnType<NonNullable<OwnExchange['onBody']>>>

/** First status whose answer may be followed by another attempt. */
const firstUnsuccessful = 300

/** Bytes of an answer that are read before it is passed on: an unsuccessful one may be retried, a small one is written at once. */
const longestPrefix = 64 * 1024

/** Time in ms for them, until what there is is passed on, and the rest as it comes. */
const prefixTime = 1_000
const smallTime = 50

/** Bytes of an unsuccessful answer that is read whole. */
const longestWhole = 10 * 1024 * 1024

/** The exchange of an attempt, which passes messages on as they come. */
export class PassingExchange implements OwnExchange, Passage {
  /** Called once, with the head of the answer. */
  onAnswer: () => void = () => {}
  readonly passage: Passage = this
  readonly #exchange: OwnExchange
  readonly #passing: Passing
  readonly #clock: Clock
  /** True if its body is sent as it comes: its timeout does not count then. */
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

  /** The answer of the transport, with the body that was read as a prefix. @throws BodyError if it is too large */
  answer(response: ApiResponse): ApiResponse {
    if (this.#prefix === undefined || this.#prefix.isHandedOver) return response
    return { ...response, body: this.#prefix.bytes(response.status) }
  }

  /** The answer broke off: what there is of a successful one is passed on. The server has done what it was asked for. */
  onBroken(): void {
    if (this.#isSuccess) this.#prefix?.handOver()
  }

  /** Releases its timer. */
  close(): void {
    this.#timer?.cancel()
    this.#prefix?.close()
  }
}

/** Keeps the beginning of a body, and hands that and the rest over when it is long or slow. */
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

  /** Passes on what there is, and from now on what comes. Returns false if the consumer lags. */
  handOver(): boolean {
    if (this.#isClosed || this.#rest !== undefined) return true
    this.#rest = this.#open()
    if (this.#rest === undefined) return true
    this.#rest.onReady = () => this.onReady()
    let goesOn = true
    for (const chunk of this.#chunks.splice(0)) goesOn = this.#rest.write(chunk)
    return goesOn
  }

  bytes(status: number): Uint8Array {
    if (this.#size > longestWhole) {
      const message = `the body has ${this.#size} bytes, which is beyond the limit of ${longestWhole}`
      throw new BodyError('SLUICE_BODY_TOO_LARGE', message, status)
    }
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
  }

  close(): void {
    this.#isClosed = true
  }
}
