import type { Clock, Timer } from '../../time/clock.ts'
import { formatDuration } from '../../time/duration.ts'
import type { BodySink } from '../../transport/transport.ts'

/** Bytes that are kept for a consumer that lags. */
const highWaterMark = 64 * 1024

export interface BodyStreamParts {
  readonly clock: Clock
  /** Longest silence in ms: of the server, while bytes are awaited, and of the consumer, while bytes wait for it. */
  readonly idleTimeout: number
  /** Called with the side that was silent for too long, and how that reads. */
  readonly onIdle: (side: 'server' | 'consumer', message: string) => void
  /** Called with the consumer's reason when it wants no more. */
  readonly onCancel: (reason: unknown) => void
}

/** Body of an answer as a stream of the platform. At most 64 KiB and one chunk wait in it. */
export class BodyStream implements BodySink {
  readonly readable: ReadableStream<Uint8Array>
  onReady: () => void = () => {}
  /** Bytes so far. */
  bytes = 0
  readonly #parts: BodyStreamParts
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #timer: Timer | undefined
  /** When something last came or was read, on the clock's monotonic scale. */
  #lastAt: number
  #isFull = false
  /** Ends the stream with its error once nothing waits in it. */
  #breaksWith: (() => void) | undefined

  constructor(parts: BodyStreamParts) {
    this.#parts = parts
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#onPull(),
        cancel: (reason) => {
          this.#close()
          parts.onCancel(reason)
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark }),
    )
    this.#lastAt = parts.clock.now()
    this.#watch(parts.idleTimeout)
  }

  write(chunk: Uint8Array): boolean {
    const controller = this.#controller
    // Cancelled: what is still under way is dropped.
    if (controller === undefined) return true
    this.#lastAt = this.#parts.clock.now()
    this.bytes += chunk.byteLength
    controller.enqueue(chunk)
    this.#isFull = (controller.desiredSize ?? 0) <= 0
    return !this.#isFull
  }

  /** Ends the stream: what waits in it can still be read. */
  end(): void {
    this.#close()?.close()
  }

  /** Ends the stream with this error: at once, so that nothing more can be read. */
  abort(error: unknown): void {
    this.#close()?.error(error)
  }

  /** Ends the stream with this error, after what waits in it has been read. */
  breakOff(error: unknown): void {
    const controller = this.#close()
    if (controller === undefined) return
    if (controller.desiredSize === highWaterMark) controller.error(error)
    else this.#breaksWith = () => controller.desiredSize === highWaterMark && controller.error(error)
  }

  #onPull(): void {
    this.#breaksWith?.()
    this.#lastAt = this.#parts.clock.now()
    if (!this.#isFull) return
    this.#isFull = false
    this.onReady()
  }

  #close(): ReadableStreamDefaultController<Uint8Array> | undefined {
    const controller = this.#controller
    this.#controller = undefined
    this.#timer?.cancel()
    return controller
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
      if (this.#isFull) onIdle('consumer', `the body was not read for ${time} (idleTimeout)`)
      else onIdle('server', `the server sent nothing for ${time} within the body (idleTimeout)`)
    })
  }
}
