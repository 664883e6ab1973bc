import { type Clock, type Duration, parseDuration, type Random } from 'sluice'
import type { Transport } from 'sluice/transport'
import type { SourceAdapter } from '../source.ts'
import type { NewsStore } from '../store/news-store.ts'
import type { SourceResult } from './conclude.ts'
import { refreshOnce } from './refresh-once.ts'

export interface RefreshOptions {
  /** Time for all sources together. What a source has delivered by then is kept. */
  readonly deadline: Duration
  /** Asks sources that are not due yet, too. Their quotas hold all the same. @default false */
  readonly isForced?: boolean | undefined
  /** Aborting stops at once; what is in the store stays there. */
  readonly signal?: AbortSignal | undefined
  /** What carries the requests; it is not closed. @default one of its own for each source */
  readonly transport?: Transport | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
  /** @default the system's */
  readonly random?: Random | undefined
}

interface UnderWay {
  readonly keys: ReadonlySet<string>
  readonly isForced: boolean
  readonly results: Promise<readonly SourceResult[]>
}

/** Of each store the refresh that is under way: two at the same time would both spend the same quota. */
const underWay = new WeakMap<NewsStore, UnderWay>()

/**
 * Asks all sources that are due at the same time, each within its own limits, and puts what they have into the store. A source
 * that fails, hangs, refuses or is slow costs only itself: its result says so, and that of the others is as if it were not
 * there. Returns the results in the order of the sources.
 *
 * While a refresh of the same store is under way, a second call joins it if it asks for nothing else, and otherwise begins when it
 * has ended. Who joins gets what the first one gets, its being aborted too.
 *
 * @throws what the store throws; the signal's reason if aborted; SettingsError if a source is there twice or an option wrong.
 */
export async function refreshAll(
  sources: readonly SourceAdapter[],
  store: NewsStore,
  options: RefreshOptions,
): Promise<readonly SourceResult[]> {
  const { isForced = false } = options
  const deadline = parseDuration('deadline', options.deadline)
  for (let running = underWay.get(store); running !== undefined; running = underWay.get(store)) {
    if (sources.every(({ key }) => running!.keys.has(key)) && (running.isForced || !isForced)) {
      const keys = new Set(sources.map(({ key }) => key))
      return (await running.results).filter(({ source }) => keys.has(source))
    }
    await running.results.catch(() => {})
  }
  const results = refreshOnce(sources, store, { ...options, deadline }).finally(() => underWay.delete(store))
  underWay.set(store, { keys: new Set(sources.map(({ key }) => key)), isForced, results })
  return await results
}
