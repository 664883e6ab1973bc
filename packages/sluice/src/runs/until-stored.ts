import { StoreError } from '../database/store-error.ts'
import type { Cancellation } from '../time/cancellation.ts'
import type { Clock } from '../time/clock.ts'
import { waitFor } from '../time/sleep.ts'

/** Pause before the first retry in milliseconds; doubled each time. */
const shortestPause = 500
/** Maximum pause in milliseconds. */
const longestPause = 5_000

export interface UntilStoredSettings {
  readonly clock: Clock
  /** Ends the retries. */
  readonly givingUp: Cancellation
  /** Called for each failed try. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Repeats an operation on a store until it succeeds. Outages, locks and full disks are waited for without a limit.
 *
 * @throws permanent errors of the store; the last error after `givingUp`.
 */
export async function untilStored<T>(work: () => Promise<T>, settings: UntilStoredSettings): Promise<T> {
  const { clock, givingUp, onFailure } = settings
  for (let pause = shortestPause; ; pause = Math.min(longestPause, pause * 2)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StoreError && error.mayPass)) throw error
      onFailure(error)
      if (!(await waitFor(clock, pause, givingUp))) throw error
    }
  }
}
