import { StoreError } from '../../database/store-error.ts'
import { wholeNumber } from '../../errors/checks.ts'
import { unexpected } from '../../errors/settings-error.ts'
import { uniqueKey } from '../../random/unique-key.ts'
import { isSharedStore, type SharedStore } from '../../stores/shared-store.ts'
import type { StoredRun } from '../../stores/stored-run.ts'
import type { Clock } from '../../time/clock.ts'
import { systemClock } from '../../time/system-clock.ts'
import { type RunInput, sourceOf } from '../list-source.ts'
import { freeName } from '../run-options.ts'
import { fillRun } from './fill-run.ts'

/** Options of a run for workers. */
export interface ShareRunOptions {
  readonly store: SharedStore
  /** Unique in the store. @default `run-1`, `run-2`, ... */
  readonly name?: string | undefined
  /** Requests of the run. They are read into the store and stay there until the run is removed. */
  readonly source: RunInput
  /** Plain data stored with the run for the workers, without secrets. */
  readonly settings?: unknown
  /** Number of items that a worker claims at a time. Use fewer if a rate is slow. @default 200 */
  readonly chunkSize?: number | undefined
  /** Continues a run of this name whose source was not read to its end, instead of creating one. @default false */
  readonly goOn?: boolean | undefined
  /** Ends the reading. Items that were read by then are processed. */
  readonly signal?: AbortSignal | undefined
  /** Called after each stored group, with the number of items so far. */
  readonly onRead?: ((items: number) => void) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/**
 * Reads a source into a shared store, in chunks; workers may start immediately. Resolves with the run when the source
 * has been read to its end, or `signal` is aborted.
 *
 * @throws StoreError `SLUICE_RUN_EXISTS` if the name is taken, `SLUICE_RUN_BUSY` if another process reads it;
 * SettingsError for an invalid option; SourceChangedError if the source differs from what was read so far; errors of
 * the source.
 */
export async function shareRun(options: ShareRunOptions): Promise<StoredRun> {
  const { store, goOn = false, signal, clock = systemClock } = options
  if (!isSharedStore(store)) throw unexpected('store', 'a store that can be shared, on PostgreSQL', store)
  const chunkSize = wholeNumber('chunkSize', options.chunkSize ?? 200, 1, 10_000)
  const source = sourceOf(options.source)
  const run = goOn ? await knownRun(store, options.name) : await createRun(options, source, clock)
  await store.claim(run.id)
  try {
    await fillRun({ store, run, source, chunkSize, signal, clock, onRead: options.onRead ?? ((): void => undefined) })
  } finally {
    await store.release(run.id)
  }
  return (await store.find(run.name)) ?? run
}

async function createRun(
  { store, name, settings }: ShareRunOptions,
  source: ReturnType<typeof sourceOf>,
  clock: Clock,
): Promise<StoredRun> {
  return await store.createShared({
    name: name ?? (await freeName(store)),
    source: { name: source.name, identity: source.identity, isSpooled: true },
    settings: settings ?? null,
    keySeed: uniqueKey(),
    createdAt: clock.wallTime(),
  })
}

async function knownRun(store: SharedStore, name: string | undefined): Promise<StoredRun> {
  if (name === undefined) throw unexpected('name', 'the run to resume', name)
  const found = await store.find(name)
  if (found?.isShared === true) return found
  const what = found === undefined ? `no run called ${name}` : `a run called ${name}, but it is not shared`
  throw new StoreError('SLUICE_RUN_UNKNOWN', `${store.name}: there is ${what}`)
}
