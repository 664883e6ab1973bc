import { callQuietly } from '../../events/emitter.ts'
import type { Clock } from '../../time/clock.ts'
import type { BulkSettings } from './options.ts'
import { everySecond, type Progress } from './progress.ts'

/** Run whose options about its end and its progress are obeyed. */
interface WatchedRun {
  readonly progress: Progress
  /** Stops the run, with `grace` ms for the attempts in flight. */
  stop(reason: string, grace: number): void
}

/**
 * Obeys the `signal`, `maxTime` and `onProgress` of a run, which `abort` ends with the reason. Returns the functions
 * that end that.
 */
export function watchRun(
  run: WatchedRun,
  { signal, maxTime, graceAfterMaxTime, onProgress }: BulkSettings,
  clock: Clock,
  abort: (reason: unknown) => void,
): (() => void)[] {
  const cleanups: (() => void)[] = []
  if (signal !== undefined) {
    const onAbort = (): void => abort(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    cleanups.push(() => signal.removeEventListener('abort', onAbort))
  }
  if (maxTime !== Number.POSITIVE_INFINITY) {
    const timer = clock.timer(maxTime, () => run.stop('the time for the run is up', graceAfterMaxTime))
    cleanups.push(() => timer.cancel())
  }
  if (onProgress !== undefined) cleanups.push(everySecond(clock, () => callQuietly(onProgress, run.progress)))
  return cleanups
}
