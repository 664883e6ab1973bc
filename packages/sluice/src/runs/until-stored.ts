import { StoreError } from '../database/store-error.ts'
import type { Cancellation } from '../time/cancellation.ts'
import type { Clock } from '../time/clock.ts'
import { waitFor } from '../time/sleep.ts'

/** Pause before the first retry in milliseconds; doubled each time. */
const shortestPause = 500
/** Maximum pause in milliseconds. */
const longestPause = 5_000
/** Time in milliseconds without an answer after which a store counts as lost: it is locked, or its host is gone. */
const longestSilence = 5_000

export interface UntilStoredSettings {
  /** Name of the store. */
  readonly name: string
  readonly clock: Clock
  /** Ends the retries. */
  readonly givingUp: Cancellation
  /** Called for each failed try, and once if there is no answer within five seconds. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Repeats an operation on a store until it succeeds. Outages, locks and full disks are waited for without a limit.
 *
 * @throws permanent errors of the store; the last error after `givingUp`.
 */
export async function untilStored<T>(work: () => Promise<T>, settings: UntilStoredSettings): Promise<T> {
  const { name, clock, givingUp, onFailure } = settings
  const silence = clock.timer(longestSilence, () => onFailure(noAnswer(name)))
  const stopListening = givingUp.onCancel(() => silence.cancel())
  try {
    for (let pause = shortestPause; ; pause = Math.min(longestPause, pause * 2)) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof StoreError && error.mayPass)) throw error
        silence.cancel()
        onFailure(error)
        if (!(await waitFor(clock, pause, givingUp))) throw error
      }
    }
  } finally {
    silence.cancel()
    stopListening()
  }
}

/** Error of a store that has not answered yet. */
export function noAnswer(name: string): StoreError {
  return new StoreError('SLUICE_STORE', `${name}: no answer for ${longestSilence / 1_000} s`, undefined, true)
}
