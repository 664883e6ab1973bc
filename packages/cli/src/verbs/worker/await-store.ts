import { setTimeout as sleep } from 'node:timers/promises'
import { isPassing } from 'sluice/internal'
import { StoreError } from 'sluice/stores'

/** Initial and maximum pause between two attempts, in milliseconds. */
const firstPause = 500
const longestPause = 5_000

export interface AwaitingStore<T> {
  /** Opens or joins the store. */
  readonly open: () => Promise<T>
  /** Called once, with the error of the first attempt. */
  readonly onWait: (error: Error) => void
  readonly signal: AbortSignal
}

/**
 * Opens a store that may not be up yet, for example after a cluster restart: retries until it answers or the signal is
 * aborted, in which case it returns undefined. @throws StoreError that waiting cannot resolve, such as a wrong password
 */
export async function awaitStore<T>({ open, onWait, signal }: AwaitingStore<T>): Promise<T | undefined> {
  for (let pause = firstPause; !signal.aborted; pause = Math.min(longestPause, pause * 2)) {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof StoreError) || !isPassing(error.cause)) throw error
      if (pause === firstPause) onWait(error)
    }
    await sleep(pause, undefined, { signal }).catch(() => {})
  }
  return undefined
}
