import { AttemptTimeoutError, type Clock, formatDuration } from 'sluice'
import type { OwnExchange, Timer } from 'sluice/internal'

export interface WatchOptions {
  readonly clock: Clock
  /** Maximum time in ms without progress. */
  readonly timeout: number
}

/** Streamed body of one attempt, and a function that stops watching it. */
export interface WatchedUpload {
  readonly body: () => AsyncIterable<Uint8Array>
  readonly stop: () => void
}

/**
 * Cancels an attempt whose upload makes no progress, or whose response does not arrive after the upload. Replaces the
 * attempt timeout, which counts from the start and is too short for large uploads.
 */
export function watchUpload(
  source: () => AsyncIterable<Uint8Array>,
  { cancellation }: Pick<OwnExchange, 'cancellation'>,
  { clock, timeout }: WatchOptions,
): WatchedUpload {
  let isOver = false
  let lastAt = clock.now()
  let timer: Timer | undefined
  const watch = (after: number): void => {
    timer = clock.timer(after, () => {
      const left = lastAt + timeout - clock.now()
      if (isOver) return
      if (left > 0) watch(left)
      else cancellation.cancel(new AttemptTimeoutError(`no progress for ${formatDuration(timeout)}`, timeout, 'maybe'))
    })
  }
  watch(timeout)
  return {
    async *body() {
      for await (const chunk of source()) {
        lastAt = clock.now()
        yield chunk
        lastAt = clock.now()
      }
    },
    stop() {
      isOver = true
      timer?.cancel()
    },
  }
}
