import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from 'sluice'
import type { Timer } from 'sluice/internal'
import { type Problem, problemBody, problemHeaders } from '../messages/problem.ts'

export interface WriterOptions {
  readonly clock: Clock
  /** Longest time in which a caller does not read its answer. */
  readonly idleTimeout: number
}

/** Time in ms for a caller to notice an answer that came before the end of its own body. */
const noticeTime = 1_000

/** Writes one answer to a caller, no faster than that reads. */
export class AnswerWriter {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #options: WriterOptions
  /** Called once when the caller has hung up before the end of its answer. */
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

  /** True if nothing more can be written. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Writes a head: names and values in turn. The connection ends with the answer if the caller has more to send. */
  head(status: number, list: readonly string[]): void {
    const mustClose = !this.#request.complete
    this.#response.writeHead(status, mustClose ? [...list, 'connection', 'close'] : [...list])
  }

  /** Writes an answer that is there as a whole. */
  async whole(status: number, list: readonly string[], body: Uint8Array | string): Promise<void> {
    if (this.#isOver) return
    this.head(status, list)
    const hasBody = this.#request.method !== 'HEAD' && body.length > 0
    if (!this.#request.complete) {
      if (hasBody) this.#response.write(body)
      await this.end()
      return
    }
    // Head and body in one piece.
    this.#response.end(hasBody ? body : undefined)
    await this.#finished()
  }

  /** Writes an answer of the gateway itself. */
  async problem(problem: Problem): Promise<void> {
    const body = problemBody(problem)
    await this.whole(problem.status, problemHeaders(problem, body), body)
  }

  /** Writes the body of a head that was written, each chunk as it comes. @throws what reading the body throws */
  async stream(body: ReadableStream<Uint8Array>, onBytes: (bytes: number) => void): Promise<void> {
    const response = this.#response
    let isWritten = false
    // The head goes with the first bytes if they are there already, and does not wait for them.
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

  /** Ends the answer, once the caller can have noticed it. */
  async end(trailers: readonly [string, string][] = []): Promise<void> {
    if (this.#isOver) return
    if (!this.#request.complete) await this.#letNotice()
    if (trailers.length > 0) this.#response.addTrailers(trailers)
    this.#response.end()
    await this.#finished()
  }

  /** The system has all of the answer. */
  async #finished(): Promise<void> {
    if (!this.#response.writableFinished) await this.#until(() => this.#response.writableFinished)
  }

  /** Ends the connection in the middle of the answer, so that nobody takes it for whole. */
  breakOff(): void {
    const { socket } = this.#response
    if (socket === null || socket.destroyed) this.#response.destroy()
    // What was written in this turn of the event loop is sent first.
    else setImmediate(() => socket.resetAndDestroy())
  }

  /** A connection that is closed with unread bytes is reset, and the caller may lose the answer (RFC 9112 section 9.6). */
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

  /** Waits for something that an event brings, or for the end of the connection. A caller that does not read is cut off. */
  async #until(
    isSo: () => boolean,
    time = this.#options.idleTimeout,
    onTimeout = (): void => this.breakOff(),
  ): Promise<void> {
    this.#listen()
    let timer: Timer | undefined
    await new Promise<void>((resolve) => {
      this.#wake = () => {
        if (isSo() || this.#isOver) resolve()
      }
      timer = this.#options.clock.timer(time, () => {
        onTimeout()
        resolve()
      })
      this.#wake()
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
