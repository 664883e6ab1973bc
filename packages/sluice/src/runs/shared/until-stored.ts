import { StoreError } from '../../database/store-error.ts'
import type { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { waitFor } from '../../time/sleep.ts'

/** Milliseconds between two tries; doubled each time, */
const shortestPause = 500
/** up to this. */
const longestPause = 5_000

export interface UntilStoredSettings {
  readonly clock: Clock
  /** Ends the tries. */
  readonly givingUp: Cancellation
  /** Called for each try that failed. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Does something in a store until the store has done it: an outage, a lock or a full disk is waited for, however long it takes.
 *
 * @throws errors of the store that do not pass; the last error after `givingUp`.
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
