import { type Clock, type Duration, parseDuration, type Random, SettingsError } from 'sluice'
import { Cancellation, systemClock, systemRandom, waitFor } from 'sluice/internal'

export interface EveryOptions {
  /** Receives the error of a failed round; must not throw. The next round follows as planned. */
  readonly onError: (error: unknown) => void
  /** The share of the interval by which each wait may be longer or shorter, so that many do not come together. @default 0.1 */
  readonly jitter?: number | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
  /** @default the system's */
  readonly random?: Random | undefined
}

/** Work that comes again and again. */
export interface Schedule extends AsyncDisposable {
  /** Begins no further round, and settles when the one under way has ended. */
  stop(): Promise<void>
}

/** Does the work at once, and again each time that an interval has passed since it ended. @throws SettingsError for a wrong interval or jitter. */
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
