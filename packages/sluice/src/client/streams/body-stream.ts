import type { Clock, Timer } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import type { BodySink } from '../../transport/transport.ts'

/** Number of bytes buffered for a lagging consumer. */
const highWaterMark = 64 * 1024
/** Number of bytes at the end of a body that are retained to read its cost. */
const tailSize = 16 * 1024

export interface BodyStreamParts {
  readonly clock: Clock
  /** Maximum silence in ms: of the server while bytes are awaited, and of the consumer while bytes are buffered. */
  readonly idleTimeout: number
  /** True if the end of the body is retained. */
  readonly keepsTail: boolean
  /** Called with the side that was silent for too long, and a message. */
  readonly onIdle: (side: 'server' | 'consumer', message: string) => void
  /** Called when the consumer cancels, with its reason, or when its stream was garbage-collected. */
  readonly onCancel: (reason: unknown) => void
}

type Controller = ReadableStreamDefaultController<Uint8Array>

/** Source of a platform stream, which holds the only reference to it: both are garbage-collected together. */
interface Source {
  controller: Controller | undefined
  readonly start: (controller: Controller) => void
  readonly pull: (controller: Controller) => void
  readonly cancel: (reason: unknown) => void
}

const abandoned = new FinalizationRegistry<Abandonable>(({ body }) => body?.onAbandoned())

/**
 * Refers to a body until it has ended. V8 keeps what was registered until its next full garbage collection, even after it
 * was unregistered.
 */
interface Abandonable {
  body: BodyStream | undefined
}

const nothing = (): void => {}

/**
 * Buffers the body of a response for a platform stream: at most 64 KiB and one chunk.
 *
 * The stream references the body, but the body references the stream only while a read is pending: a stream dropped by
 * its consumer is garbage-collected, which ends the body.
 */
export class BodyStream implements BodySink {
  onReady: () => void = nothing
  /** Number of bytes received so far. */
  bytes = 0
  readonly #parts: BodyStreamParts
  /** Latest chunks: at least the last 16 KiB, plus at most the rest of one chunk. */
  readonly #tail: Uint8Array[] = []
  #tailBytes = 0
  #source: WeakRef<Source> | undefined
  readonly #abandonable: Abandonable = { body: this }
  /** Buffered chunks. */
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  /** Controller of the stream while a read is pending. */
  #reading: Controller | undefined
  #timer: Timer | undefined
  /** Time of the last write or read, on the clock's monotonic scale. */
  #lastAt: number
  /** Start of the current back-pressure by the consumer, if any. `#heldBack` is the total of earlier ones. */
  #fullAt: number | undefined
  #heldBack = 0
  /** True if no further bytes are accepted. */
  #isOver = false
  /** Ends the stream once its buffer is empty. */
  #ending: ((controller: Controller) => void) | undefined

  constructor(parts: BodyStreamParts) {
    this.#parts = parts
    this.#lastAt = parts.clock.now()
    this.#watch(parts.idleTimeout)
  }

  /** Total milliseconds for which the consumer kept the server from sending. */
  get heldBack(): number {
    return this.#heldBack + (this.#fullAt === undefined ? 0 : this.#parts.clock.now() - this.#fullAt)
  }

  /** End of the body so far; empty if it is not retained. */
  get tail(): readonly Uint8Array[] {
    return this.#tail
  }

  /** Creates the stream of this body. Call it once. */
  open(): ReadableStream<Uint8Array> {
    const source: Source = {
      controller: undefined,
      start: (controller) => {
        source.controller = controller
      },
      pull: (controller) => this.#onPull(controller),
      cancel: (reason) => this.#onCancel(reason),
    }
    this.#source = new WeakRef(source)
    abandoned.register(source, this.#abandonable, this.#abandonable)
    // High-water mark 0: bytes are pulled only by a pending read.
    return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 })
  }

  write(chunk: Uint8Array): boolean {
    // Already ended or cancelled: further bytes are dropped.
    if (this.#isOver) return true
    this.#lastAt = this.#parts.clock.now()
    this.bytes += chunk.byteLength
    if (this.#parts.keepsTail) this.#keep(chunk)
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.byteLength
    this.#give()
    const isFull = this.#waitingBytes >= highWaterMark
    if (isFull) this.#fullAt ??= this.#lastAt
    return !isFull
  }

  /** Ends the stream. Buffered bytes can still be read. */
  end(): void {
    this.#endWith((controller) => controller.close())
  }

  /** Fails the stream with this error after the buffered bytes have been read. */
  breakOff(error: unknown): void {
    this.#endWith((controller) => controller.error(error))
  }

  /** Fails the stream with this error immediately, and drops the buffered bytes. */
  abort(error: unknown): void {
    if (this.#isOver) return
    this.#waiting.length = 0
    this.#waitingBytes = 0
    this.breakOff(error)
  }

  /** Called when the stream was garbage-collected. */
  onAbandoned(): void {
    if (!this.#isOver) this.#onCancel(new Error('the body was dropped before its end'))
  }

  #keep(chunk: Uint8Array): void {
    // Copied, because the consumer owns the chunk.
    const kept = chunk.slice(-tailSize)
    this.#tail.push(kept)
    this.#tailBytes += kept.byteLength
    while (this.#tailBytes - this.#tail[0]!.byteLength >= tailSize) this.#tailBytes -= this.#tail.shift()!.byteLength
  }

  #onCancel(reason: unknown): void {
    this.#waiting.length = 0
    this.#ending = undefined
    this.#reading = undefined
    this.#close()
    this.#parts.onCancel(reason)
  }

  #onPull(controller: Controller): void {
    this.#lastAt = this.#parts.clock.now()
    this.#reading = controller
    this.#give()
    if (this.#fullAt === undefined || this.#waitingBytes >= highWaterMark) return
    this.#heldBack += this.#lastAt - this.#fullAt
    this.#fullAt = undefined
    this.onReady()
  }

  /** Passes the next buffered chunk to the pending read, if both exist. */
  #give(): void {
    const controller = this.#reading
    const chunk = controller && this.#waiting.shift()
    if (chunk !== undefined) {
      this.#reading = undefined
      this.#waitingBytes -= chunk.byteLength
      // May pull again synchronously.
      controller!.enqueue(chunk)
    }
    this.#endIfRead()
  }

  #endWith(ending: (controller: Controller) => void): void {
    if (this.#isOver) return
    this.#close()
    this.#ending = ending
    this.#endIfRead()
  }

  #endIfRead(): void {
    const ending = this.#ending
    if (ending === undefined || this.#waiting.length > 0) return
    const controller = this.#reading ?? this.#source?.deref()?.controller
    this.#ending = undefined
    this.#reading = undefined
    if (controller !== undefined) ending(controller)
  }

  #close(): void {
    this.#isOver = true
    this.#timer?.cancel()
    abandoned.unregister(this.#abandonable)
    this.#abandonable.body = undefined
  }

  /** Runs one timer, which is rearmed if there was activity in the meantime. */
  #watch(after: number): void {
    const { clock, idleTimeout, onIdle } = this.#parts
    this.#timer = clock.timer(after, () => {
      const left = this.#lastAt + idleTimeout - clock.now()
      if (left > 0) {
        this.#watch(left)
        return
      }
      const time = formatDuration(idleTimeout)
      if (this.#fullAt !== undefined) onIdle('consumer', `the body was not read for ${time} (idleTimeout)`)
      else onIdle('server', `the server sent nothing for ${time} within the body (idleTimeout)`)
    })
  }
}
