import type { SharedStore } from '../../stores/shared/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import type { Clock } from '../../time/clock.ts'
import type { RunInput } from '../list-source.ts'

/** A run that is left to workers. */
export interface ShareRunOptions {
  readonly store: SharedStore
  /** Unique in the store. @default `run-1`, `run-2`, ... */
  readonly name?: string | undefined
  /** What is to be called. It is read into the store, in which it is kept until the run is forgotten. */
  readonly source: RunInput
  /** Kept with the run, for the workers: plain data, without secrets. */
  readonly settings?: unknown
  /** Items that a worker takes at a time; less where a rate is slow. @default 200 */
  readonly chunkSize?: number | undefined
  /** Goes on with a run of this name that was not read to its end, in place of a new one. @default false */
  readonly goOn?: boolean | undefined
  /** Ends the reading: what was read by then is done. */
  readonly signal?: AbortSignal | undefined
  /** Called after each group that was kept, with the number of items so far. */
  readonly onRead?: ((items: number) => void) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/**
 * Reads a source into a store that is shared, in chunks; workers may begin at once. Answers the run when the source has
 * been read to its end.
 *
 * @throws StoreError `SLUICE_RUN_EXISTS` if the name is taken; SettingsError for a wrong option; what the source throws.
 */
export async function shareRun(_options: ShareRunOptions): Promise<StoredRun> {
  throw new Error('to be written')
}
