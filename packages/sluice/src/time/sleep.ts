import { abortSignal } from '../errors/checks.ts'
import type { Cancellation } from './cancellation.ts'
import type { Clock } from './clock.ts'
import { type Duration, parseDuration } from './duration.ts'
import { systemClock } from './system-clock.ts'

/**
 * Waits for a duration, on a clock that tests can replace.
 *
 * @throws the signal's reason when it is aborted; SettingsError if the time is not a duration.
 */
export async function sleep(
  time: Duration,
  options: { readonly signal?: AbortSignal | undefined; readonly clock?: Clock | undefined } = {},
): Promise<void> {
  const delay = parseDuration('time', time)
  const signal = abortSignal('signal', options.signal)
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  const timer = (options.clock ?? systemClock).timer(delay, resolve)
  try {
    await promise
  } finally {
    timer.cancel()
    signal?.removeEventListener('abort', abort)
  }
}

/** Waits `delay` milliseconds, or until cancelled. Returns whether the whole time has passed; never throws. */
export function waitFor(clock: Clock, delay: number, cancellation: Cancellation): Promise<boolean> {
  if (cancellation.cancelled) return Promise.resolve(false)
  return new Promise((resolve) => {
    const timer = clock.timer(delay, () => {
      stopListening()
      resolve(true)
    })
    const stopListening = cancellation.onCancel(() => {
      timer.cancel()
      resolve(false)
    })
  })
}
