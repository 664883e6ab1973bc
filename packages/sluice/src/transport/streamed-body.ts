import { pipeline, type Transform } from 'node:stream'
import type { ApiResponse } from '../http/response.ts'
import type { CancelListener } from '../time/cancellation.ts'
import { headStands, isKnownTransferCoding } from './answer.ts'
import { openDecoders } from './decode-body.ts'
import { BodyError } from './errors.ts'
import type { BodySink, OwnExchange } from './transport.ts'

/** Connection from which a body is read. */
export interface BodyConnection {
  readonly pause: () => void
  readonly resume: () => void
  /** Ends the exchange with this error. */
  readonly fail: (error: Error) => void
}

const nothing = new Uint8Array()

/** A body in transit from a connection to its consumer: decoded, and no faster than the consumer reads. */
export class StreamedBody implements CancelListener {
  /** Encoded bytes received so far. */
  received = 0
  readonly #status: number
  readonly #headers: Readonly<Record<string, string>>
  readonly #sink: BodySink
  readonly #exchange: OwnExchange
  readonly #connection: BodyConnection
  #decoders: readonly Transform[] | undefined
  #decoded = Promise.resolve()
  #isOver = false

  /** Streamed body of a response with this head; undefined if the consumer wants it buffered. */
  static open(
    status: number,
    headers: Readonly<Record<string, string>>,
    exchange: OwnExchange,
    connection: BodyConnection,
  ): StreamedBody | undefined {
    const isRead = headStands(status) && exchange.passage === undefined
    if (isRead || !isKnownTransferCoding(headers['transfer-encoding'])) return undefined
    const sink = exchange.onBody?.(status, headers)
    return sink && new StreamedBody(status, headers, sink, exchange, connection)
  }

  private constructor(
    status: number,
    headers: Readonly<Record<string, string>>,
    sink: BodySink,
    exchange: OwnExchange,
    connection: BodyConnection,
  ) {
    this.#status = status
    this.#headers = headers
    this.#sink = sink
    this.#exchange = exchange
    this.#connection = connection
    sink.onReady = connection.resume
  }

  write(chunk: Uint8Array): void {
    if (this.#isOver || chunk.byteLength === 0) return
    this.received += chunk.byteLength
    const [first] = this.#decodersFor(chunk)
    const goesOn = first === undefined ? this.#sink.write(chunk) : first.write(chunk)
    if (!goesOn && !this.#isOver) this.#connection.pause()
  }

  /**
   * The response, without its body, when the consumer has all of it. @throws BodyError if it cannot be decoded
   */
  end(): ApiResponse | Promise<ApiResponse> {
    const response = { status: this.#status, headers: this.#headers, body: nothing }
    const first = this.#decoders?.[0]
    if (first !== undefined) return this.#endDecoding(first, response)
    this.close()
    return response
  }

  async #endDecoding(first: Transform, response: ApiResponse): Promise<ApiResponse> {
    const { cancellation } = this.#exchange
    cancellation.add(this)
    first.end()
    try {
      await this.#decoded
      return response
    } finally {
      cancellation.remove(this)
      this.close()
    }
  }

  onCancelled(): void {
    this.close()
  }

  /** Releases the decoders, and resumes the connection; further bytes are ignored. */
  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const decoder of this.#decoders ?? []) decoder.destroy()
    this.#connection.resume()
  }

  #decodersFor(firstBytes: Uint8Array): readonly Transform[] {
    if (this.#decoders !== undefined) return this.#decoders
    const encoding = this.#headers['content-encoding']
    this.#decoders = []
    // A part of an encoded body cannot be decoded.
    if (encoding === undefined || this.#status === 206 || this.#exchange.passage !== undefined) return this.#decoders
    try {
      this.#decoders = openDecoders(encoding, firstBytes, this.#status)
    } catch (error) {
      this.#fail(error as Error)
    }
    const [first] = this.#decoders
    if (first !== undefined) {
      this.#decoded = this.#decode(this.#decoders, first)
      // The corruption may be found before anyone awaits the end.
      this.#decoded.catch(() => {})
    }
    return this.#decoders
  }

  async #decode(decoders: readonly Transform[], first: Transform): Promise<void> {
    const last = decoders.at(-1)!
    const encoded = (): number => (first as Transform & { readonly bytesWritten: number }).bytesWritten
    const mayBePadded = /gzip/i.test(this.#headers['content-encoding'] ?? '')
    first.on('drain', () => this.#connection.resume())
    last.on('data', (chunk: Uint8Array) => {
      if (!this.#sink.write(chunk)) last.pause()
    })
    const resume = (): void => void last.resume()
    this.#sink.onReady = resume
    const decoded = new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null): void => {
        if (error) reject(this.#damage(error.message, error))
        // A decoder stops at the end of the encoded stream, whatever follows. Gzip may be followed by padding.
        else if (!mayBePadded && encoded() < this.received)
          reject(this.#damage('bytes follow the end of the encoded body'))
        else resolve()
      }
      if (decoders.length === 1) {
        last.once('error', done)
        last.once('end', () => done())
        last.once('close', () => done(new Error('cancelled')))
      } else pipeline(decoders as Transform[], done)
    })
    decoded.catch((error: Error) => this.#fail(error))
    await decoded
  }

  #damage(message: string, cause?: unknown): BodyError {
    const encoding = this.#headers['content-encoding']
    return new BodyError('SLUICE_BAD_ENCODING', `the ${encoding} body is damaged: ${message}`, this.#status, cause)
  }

  #fail(error: Error): void {
    if (this.#isOver) return
    this.#connection.fail(error)
    this.close()
  }
}
