import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from 'sluice'
import type { Timer } from 'sluice/internal'
import { type Problem, problemBody, problemHeaders } from '../messages/problem.ts'

export interface WriterOptions {
  readonly clock: Clock
  /** Maximum time in ms in which a caller does not read its response. */
  readonly idleTimeout: number
}

/** Time in ms for a caller to notice a response that arrived before the end of its own body. */
const noticeTime = 1_000

/** Writes one response to a caller, no faster than the caller reads. */
export class AnswerWriter {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #options: WriterOptions
  /** Called once if the caller hangs up before the end of its response. */
  readonly #onHungUp: () => void
  #isOver = false
  #isListening = false
  #wake: (() => void) | undefined

  constructor(request: IncomingMessage, response: ServerResponse, options: WriterOptions, onHungUp: () => void) {
    this.#request = request
    this.#response = response
    this.#options = options
    this.#onHungUp = onHungUp
    response.once('close', () => {
      this.#isOver = true
      if (!response.writableFinished) this.#onHungUp()
      this.#wake?.()
    })
    response.on('error', ignore)
  }

  /** True if the response can no longer be written. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Writes a head (alternating names and values). Closes the connection afterwards if the caller has more to send. */
  head(status: number, list: readonly string[]): void {
    const mustClose = !this.#request.complete
    this.#response.writeHead(status, mustClose ? [...list, 'connection', 'close'] : [...list])
  }

  /** Writes a complete response. */
  async whole(status: number, list: readonly string[], body: Uint8Array | string): Promise<void> {
    if (this.#isOver) return
    this.head(status, list)
    const hasBody = this.#request.method !== 'HEAD' && body.length > 0
    if (!this.#request.complete) {
      if (hasBody) this.#response.write(body)
      await this.end()
      return
    }
    // Head and body in a single write.
    this.#response.end(hasBody ? body : undefined)
    await this.#finished()
  }

  /** Writes a response of the gateway itself. */
  async problem(problem: Problem): Promise<void> {
    const body = problemBody(problem)
    await this.whole(problem.status, problemHeaders(problem, body), body)
  }

  /** Writes the body after a head, chunk by chunk. @throws what reading the body throws */
  async stream(body: ReadableStream<Uint8Array>, onBytes: (bytes: number) => void): Promise<void> {
    const response = this.#response
    let isWritten = false
    // The head is sent with the first bytes if they are available, and does not wait for them otherwise.
    setImmediate(() => {
      if (!isWritten && !this.#isOver) response.flushHeaders()
    })
    const reader = body.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (this.#isOver) {
        await reader.cancel()
        return
      }
      isWritten = true
      onBytes(next.value.byteLength)
      if (!response.write(next.value)) await this.#until(() => !response.writableNeedDrain)
    }
    isWritten = true
  }

  /** Ends the response after the caller has had time to notice it. */
  async end(trailers: readonly [string, string][] = []): Promise<void> {
    if (this.#isOver) return
    if (!this.#request.complete) await this.#letNotice()
    if (trailers.length > 0) this.#response.addTrailers(trailers)
    this.#response.end()
    await this.#finished()
  }

  /** Resolves when the whole response has been passed to the operating system. */
  async #finished(): Promise<void> {
    if (!this.#response.writableFinished) await this.#until(() => this.#response.writableFinished)
  }

  /** Resets the connection in the middle of the response, so that the caller cannot mistake it for complete. */
  breakOff(): void {
    const { socket } = this.#response
    if (socket === null || socket.destroyed) this.#response.destroy()
    // Bytes written in this turn of the event loop are sent first.
    else setImmediate(() => socket.resetAndDestroy())
  }

  /** Closing a connection with unread bytes resets it, and the caller may lose the response (RFC 9112 section 9.6). */
  async #letNotice(): Promise<void> {
    const request = this.#request
    if (request.headers.expect !== undefined) return
    request.on('end', () => this.#wake?.())
    request.resume()
    await this.#until(
      () => request.complete,
      noticeTime,
      () => {},
    )
  }

  /** Waits until `isSo` holds after an event, or the connection ends. A caller that does not read is disconnected. */
  async #until(
    isSo: () => boolean,
    time = this.#options.idleTimeout,
    onTimeout = (): void => this.breakOff(),
  ): Promise<void> {
    this.#listen()
    let timer: Timer | undefined
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        if (isSo() || this.#isOver) resolve()
      }
      this.#wake = wake
      timer = this.#options.clock.timer(time, () => {
        onTimeout()
        resolve()
      })
      wake()
    })
    timer?.cancel()
    this.#wake = undefined
  }

  #listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    this.#response.on('drain', () => this.#wake?.())
    this.#response.on('finish', () => this.#wake?.())
  }
}

function ignore(): void {}
