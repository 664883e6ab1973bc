import { AttemptTimeoutError, type Clock, formatDuration } from 'sluice'
import type { OwnExchange, Timer } from 'sluice/internal'

export interface WatchOptions {
  readonly clock: Clock
  /** Longest time without progress. */
  readonly timeout: number
}

/** Body of one attempt that is sent as it comes, and how to stop watching it. */
export interface WatchedUpload {
  readonly body: () => AsyncIterable<Uint8Array>
  readonly stop: () => void
}

/**
 * Ends an attempt whose upload makes no progress, or whose answer does not come once all is sent, in place of the timeout for an
 * attempt: that counts from its start, and a gigabyte takes its time.
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
