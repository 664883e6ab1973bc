import type { Clock } from 'sluice'
import { type Cancellation, waitFor } from 'sluice/internal'

/** The first wait between two tries, and the longest; each is twice the one before. */
const firstWait = 100
const longestWait = 2_000

/** For how long something is tried again. */
export interface Patience {
  /** Milliseconds. No try begins later than this after the first. */
  readonly length: number
  readonly clock: Clock
  /** Ends every wait. */
  readonly leaving: Cancellation
}

/** Tries work again as long as what goes wrong may pass. Throws what went wrong the last time. */
export async function withPatience<T>(
  work: () => Promise<T>,
  mayPass: (reason: unknown) => boolean,
  { length, clock, leaving }: Patience,
): Promise<T> {
  const until = clock.now() + length
  for (let wait = firstWait; ; wait = Math.min(2 * wait, longestWait)) {
    try {
      return await work()
    } catch (reason) {
      const left = until - clock.now()
      if (!mayPass(reason) || left <= 0 || !(await waitFor(clock, Math.min(wait, left), leaving))) throw reason
    }
  }
}
