import type { BulkRun } from '../client/bulk/bulk-run.ts'
import { ThrottledError, UnfinishedError } from '../client/errors.ts'
import type { CallResult } from '../client/result.ts'
import type { SluiceError } from '../errors/sluice-error.ts'
import { CircuitOpenError, PausedError, PendingError } from '../policies/errors.ts'
import type { SpooledItem } from '../stores/stored-item.ts'
import { type Committing, commitByBisection } from './commit-by-bisection.ts'
import { Journal, type JournalSettings } from './journal.ts'
import type { SliceRecorder } from './slice-recorder.ts'
import { type StoringOptions, storedResult } from './stored-result.ts'

export interface KeptRunSettings extends Omit<JournalSettings, 'onFailure' | 'slices'>, Committing {
  readonly storing: StoringOptions
  /** Called for each result as it arrives. */
  readonly onResult?: ((result: CallResult) => void) | undefined
  readonly recorder: SliceRecorder
}

/** Callbacks of `follow`. */
interface KeptRunEvents {
  /** Called for each result before it is stored, with its parking if it waits for a date. */
  onKeep?(index: number, parking: Parking | undefined): void
  /** Items that follow from a result, to be stored with it. */
  following?(index: number): readonly SpooledItem[]
  /** Called at the end, when all received results are stored. */
  onEnd(): Promise<void>
}

/** Stores the results of a bulk run, in groups. */
export class StoringRun {
  readonly journal: Journal
  readonly #settings: KeptRunSettings
  readonly #failure = new AbortController()

  constructor(settings: KeptRunSettings) {
    this.#settings = settings
    this.journal = new Journal({
      ...settings,
      commit: (group) => commitByBisection(group, settings),
      slices: (at) => settings.recorder.take(at),
      // Not the error of the store, to which each call in flight would add its URL: `follow` and `keepAll` throw that one.
      onFailure: () => this.#failure.abort(new Error('the store failed')),
    })
  }

  /** Number of results that are not in the store yet, including those that `bulk` has ready. */
  unstored(bulk: BulkRun | undefined): number {
    return (bulk?.ready ?? 0) + this.journal.unstored
  }

  /** Aborted when the store has failed: no call should start whose result cannot be stored. */
  get failure(): AbortSignal {
    return this.#failure.signal
  }

  /**
   * Stores each result, and yields final ones: neither parked nor unfinished. However the iteration ends, all received
   * results are stored.
   *
   * @throws errors of the store and of the bulk run.
   */
  async *follow(bulk: BulkRun, events: KeptRunEvents): AsyncGenerator<CallResult, void, undefined> {
    try {
      // Not `for await`, which would end the calls and drop received results when the loop is left.
      for (let next = await bulk.next(); next.done !== true; next = await bulk.next()) {
        const isFinal = this.#keep(next.value, events)
        if (this.journal.isBehind) await this.journal.room()
        if (isFinal) yield next.value
      }
    } finally {
      await this.#keepTheRest(bulk, events)
      await events.onEnd()
      // In place of what ended the loop, even if it was left: results are not lost in silence.
      await this.journal.flush()
    }
  }

  /** Stores all results of another bulk run, in addition to the one that is followed. @throws errors of the store */
  async keepAll(bulk: BulkRun): Promise<void> {
    try {
      for await (const result of bulk) this.#keep(result, {})
    } finally {
      await this.journal.flush()
    }
  }

  /** Stores received results, although the iteration was left or ended with an error. */
  async #keepTheRest(bulk: BulkRun, events: KeptRunEvents): Promise<void> {
    bulk.stop('the results are no longer read', 0)
    try {
      for await (const result of bulk) this.#keep(result, events)
      if (this.#settings.recorder.end()) this.journal.touch()
      await this.journal.flush()
    } catch {
      // Thrown when the journal is flushed again.
    }
  }

  /** Stores a result. Returns true if it is final. */
  #keep(result: CallResult, { onKeep, following }: Partial<KeptRunEvents>): boolean {
    if (!result.ok && result.error instanceof UnfinishedError) return false
    const { clock, storing, recorder, onResult } = this.#settings
    onResult?.(result)
    const date = clock.wallTime()
    const stored = storedResult(result, storing, date)
    const parking = parkingOf(result, date)
    onKeep?.(result.index, parking)
    if (parking !== undefined) {
      this.journal.park({ index: result.index, id: stored.id, ...parking })
      return false
    }
    recorder.add(stored)
    this.journal.settle(stored, following?.(result.index))
    return true
  }
}

/** Minimum wait in milliseconds for which an item is parked. */
const worthParking = 60_000

/** Date until which an item is parked, in milliseconds since the epoch, and the code of the error that caused it. */
export interface Parking {
  readonly until: number
  readonly code: string
}

/**
 * Parking of an item in place of its failure: the server has named a date that is too far away to wait for, or calls
 * are paused.
 */
function parkingOf(result: CallResult, wallTime: number): Parking | undefined {
  if (result.ok) return undefined
  const { error } = result
  const isRest = error instanceof PausedError || error instanceof CircuitOpenError
  const isDated = isRest || error instanceof ThrottledError || error instanceof PendingError
  const retryAt = isDated ? error.retryAt : undefined
  if (retryAt === undefined || (!isRest && retryAt - wallTime < worthParking)) return undefined
  return { until: retryAt, code: (error as SluiceError).code }
}
