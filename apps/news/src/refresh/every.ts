import { type Clock, type Duration, parseDuration, SettingsError } from 'sluice'
import { Cancellation, type Random, systemClock, systemRandom, waitFor } from 'sluice/internal'

export interface EveryOptions {
  /** Receives the error of a failed round; must not throw. The next round runs as scheduled. */
  readonly onError: (error: unknown) => void
  /** Maximum random share by which each wait is longer or shorter, so that processes spread out. @default 0.1 */
  readonly jitter?: number | undefined
  /** @default the system clock */
  readonly clock?: Clock | undefined
  /** @default the system's random source */
  readonly random?: Random | undefined
}

/** Repeating work. */
export interface Schedule extends AsyncDisposable {
  /** Starts no further round; resolves when the current one has ended. */
  stop(): Promise<void>
}

/** Runs the work now, and again an interval after each end. @throws SettingsError for an invalid interval or jitter. */
export function every(interval: Duration, work: () => Promise<unknown>, options: EveryOptions): Schedule {
  const { onError, jitter = 0.1, clock = systemClock, random = systemRandom } = options
  const length = parseDuration('interval', interval)
  if (length === 0) throw new SettingsError('interval: expected more than 0')
  if (!(jitter >= 0 && jitter <= 1)) throw new SettingsError('jitter: expected a number from 0 to 1')
  const stopping = new Cancellation()

  async function rounds(): Promise<void> {
    while (!stopping.cancelled) {
      try {
        await work()
      } catch (error) {
        onError(error)
      }
      await waitFor(clock, length * (1 - jitter + 2 * jitter * random()), stopping)
    }
  }

  const ended = rounds()
  const stop = async (): Promise<void> => {
    stopping.cancel('stopped')
    await ended
  }
  return { stop, [Symbol.asyncDispose]: stop }
}
