import type { Clock, Timer } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import type { BodySink } from '../../transport/transport.ts'

/** Bytes that are kept for a consumer that lags. */
const highWaterMark = 64 * 1024
/** Bytes of the end of a body that are kept to read its cost from. */
const tailSize = 16 * 1024

export interface BodyStreamParts {
  readonly clock: Clock
  /** Longest silence in ms: of the server, while bytes are awaited, and of the consumer, while bytes wait for it. */
  readonly idleTimeout: number
  /** True if the end of the body is kept. */
  readonly keepsTail: boolean
  /** Called with the side that was silent for too long, and how that reads. */
  readonly onIdle: (side: 'server' | 'consumer', message: string) => void
  /** Called with the consumer's reason when it wants no more, or with none when its stream was garbage-collected. */
  readonly onCancel: (reason: unknown) => void
}

type Controller = ReadableStreamDefaultController<Uint8Array>

/** Source of a stream of the platform, which alone holds it: it is garbage-collected with the stream. */
interface Source {
  controller: Controller | undefined
  readonly start: (controller: Controller) => void
  readonly pull: (controller: Controller) => void
  readonly cancel: (reason: unknown) => void
}

const abandoned = new FinalizationRegistry<BodyStream>((body) => body.onAbandoned())

/**
 * Body of an answer on its way to a stream of the platform. At most 64 KiB and one chunk wait in it.
 *
 * The stream holds the body, and the body holds the stream only while a read waits: a stream that its consumer has dropped is
 * garbage-collected, and ends the body.
 */
export class BodyStream implements BodySink {
  onReady: () => void = () => {}
  /** Bytes so far. */
  bytes = 0
  readonly #parts: BodyStreamParts
  /** Latest chunks, of 16 KiB or one more than that. */
  readonly #tail: Uint8Array[] = []
  #tailBytes = 0
  #source: WeakRef<Source> | undefined
  /** Bytes that wait for a read. */
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  /** The stream, while a read waits for bytes. */
  #reading: Controller | undefined
  #timer: Timer | undefined
  /** When something last came or was read, on the clock's monotonic scale. */
  #lastAt: number
  /** When the consumer began to hold the server back, if it does; and for how long it did before. */
  #fullAt: number | undefined
  #heldBack = 0
  /** True if nothing more is taken. */
  #isOver = false
  /** Ends the stream once nothing waits in it. */
  #ending: ((controller: Controller) => void) | undefined

  constructor(parts: BodyStreamParts) {
    this.#parts = parts
    this.#lastAt = parts.clock.now()
    this.#watch(parts.idleTimeout)
  }

  /** Milliseconds for which the server could not send because the consumer did not read. */
  get heldBack(): number {
    return this.#heldBack + (this.#fullAt === undefined ? 0 : this.#parts.clock.now() - this.#fullAt)
  }

  /** End of the body so far; nothing where it is not kept. */
  get tail(): readonly Uint8Array[] {
    return this.#tail
  }

  /** The stream of this body, for its only consumer. */
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
    abandoned.register(source, this, this)
    // A mark of 0: bytes are pulled only by a read that waits for them.
    return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 })
  }

  write(chunk: Uint8Array): boolean {
    // Cancelled: the bytes under way are dropped.
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

  /** Ends the stream: bytes that wait in it can still be read. */
  end(): void {
    this.#endWith((controller) => controller.close())
  }

  /** Ends the stream with this error, after the bytes that wait in it have been read. */
  breakOff(error: unknown): void {
    this.#endWith((controller) => controller.error(error))
  }

  /** Ends the stream with this error: at once, so that nothing more can be read. */
  abort(error: unknown): void {
    if (this.#isOver) return
    this.#waiting.length = 0
    this.#waitingBytes = 0
    this.breakOff(error)
  }

  /** The stream was garbage-collected. */
  onAbandoned(): void {
    if (!this.#isOver) this.#onCancel(new Error('the body was dropped before its end'))
  }

  #keep(chunk: Uint8Array): void {
    // Copied: the chunk is the consumer's own.
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

  /** Gives the next bytes to the read that waits, if there are both. */
  #give(): void {
    const controller = this.#reading
    const chunk = controller && this.#waiting.shift()
    if (chunk !== undefined) {
      this.#reading = undefined
      this.#waitingBytes -= chunk.byteLength
      // May pull again at once.
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
    abandoned.unregister(this)
  }

  /** One timer, which looks again when something has happened in the meantime. */
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
