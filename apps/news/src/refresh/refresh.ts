import { type Duration, parseDuration, SettingsError } from 'sluice'
import { messageOf } from 'sluice/internal'
import type { NewArticle, SourceHealth } from '../model/news.ts'
import { defaultLimits, type SourceAdapter, SourceError } from '../model/source.ts'
import { boundedStore, inTime } from '../store/bounded-store.ts'
import type { NewsStore } from '../store/news-store.ts'
import { conclude, leftAlone, notStored, type SourceResult, stopped } from './conclude.ts'
import { fetchFullText } from './fetch-full-text.ts'
import { SourceClients } from './source-clients.ts'
import { addressOf, type VisitContext, visitSource } from './visit-source.ts'

export interface RefreshOptions {
  /** Deadline of all sources together. Articles that arrived until then are stored. */
  readonly deadline: Duration
  /** Fetch sources that are not due yet, too. Quotas still apply. @default false */
  readonly isForced?: boolean | undefined
  /** Aborting stops immediately; stored articles stay. */
  readonly signal?: AbortSignal | undefined
  /** Clients of the same store, with their connections, rates and pauses. @default created and closed by the refresh */
  readonly clients?: SourceClients | undefined
  /** Called with the result of each source as it ends; after an abort only for sources with new articles. */
  readonly onResult?: ((result: SourceResult) => void) | undefined
}

/** Milliseconds for which the store may continue after the deadline. */
const timeToStore = 2_000

interface UnderWay {
  readonly keys: ReadonlySet<string>
  readonly isForced: boolean
  readonly results: Promise<readonly SourceResult[]>
}

/** The running refresh of each store. Two at the same time would spend the same quota twice. */
const underWay = new WeakMap<NewsStore, UnderWay>()

/**
 * Fetches all sources that are due concurrently, each within its own limits, and stores their articles. A source that
 * fails, hangs, refuses or is slow affects no other source; its result says so. Returns the results in the order of the
 * sources, without those that are muted.
 *
 * If a refresh of the same store is running, a second call joins it if that refresh covers all its sources and
 * `isForced`, and otherwise starts when it has ended. A joined call gets the same outcome, including an abort.
 *
 * @throws errors of the store if nothing can be stored; the signal's reason if aborted; SettingsError for a duplicate
 * source or an invalid option.
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
  const results = refreshOnce(sources, store, { ...options, deadline, isForced }).finally(() => underWay.delete(store))
  underWay.set(store, { keys: new Set(sources.map(({ key }) => key)), isForced, results })
  return await results
}

/** Fetches all sources that are due, concurrently. @throws errors of the store; the signal's reason if aborted. */
export async function refreshOnce(
  sources: readonly SourceAdapter[],
  store: NewsStore,
  options: RefreshOptions & { readonly deadline: number },
): Promise<readonly SourceResult[]> {
  options.signal?.throwIfAborted()
  checkKeys(sources)
  if (options.clients !== undefined) return await refreshWith(options.clients, sources, store, options)
  await using clients = new SourceClients(store)
  return await refreshWith(clients, sources, store, options)
}

async function refreshWith(
  clients: SourceClients,
  sources: readonly SourceAdapter[],
  given: NewsStore,
  { deadline, signal, isForced = false, onResult = () => {} }: RefreshOptions & { readonly deadline: number },
): Promise<readonly SourceResult[]> {
  const { clock } = clients
  const deadlineAt = clock.now() + deadline
  const limit = { name: given.name, clock, left: () => deadlineAt + timeToStore - clock.now() }
  const store = boundedStore(given, limit)
  const known = new Map((await store.health()).map((health) => [health.source, health]))
  await inTime(clients.load(sources), limit)
  let stored = 0
  const errors: unknown[] = []
  const results = await Promise.all(
    sources.filter(isFetched).map(async (source) => {
      const health = known.get(source.key)
      const now = clock.wallTime()
      const startedAt = clock.now()
      const result = isDue(health, now, isForced)
        ? await refreshSource(source, health).then(
            (one) => {
              stored++
              return one
            },
            (error: unknown) => {
              errors.push(error)
              return notStored(source.key, messageOf(error), clock.now() - startedAt)
            },
          )
        : leftAlone(source.key, health!, now)
      if (signal?.aborted !== true) onResult(result)
      else if (result.added > 0) onResult(stopped(result))
      return result
    }),
  )
  signal?.throwIfAborted()
  const listed = new Set(sources.map(({ key }) => key))
  for (const health of known.values()) if (!listed.has(health.source)) await expire(health)
  // A source that cannot be stored affects only itself, but if nothing at all can be stored, the refresh fails.
  if (errors.length > 0 && stored === 0) throw errors[0]
  return results

  /** Removes old articles of a source that is no longer listed, and finally the source. */
  async function expire({ source, succeededAt, triedAt, about }: SourceHealth): Promise<void> {
    const before = clock.wallTime() - (about?.retention ?? defaultLimits.feed.retention)
    await store.forget(source, before)
    if ((succeededAt ?? triedAt ?? before) < before) await store.dropSource(source)
  }

  async function refreshSource(source: SourceAdapter, before: SourceHealth | undefined): Promise<SourceResult> {
    const triedAt = clock.wallTime()
    const visit = await visitSource(source, { clients, store, deadlineAt, signal, movedTo: before?.movedTo })
    // A source counts as fetched only when its requests are recorded in the store.
    await inTime(clients.flush(source), limit)
    const now = clock.wallTime()
    const { result, health } = conclude(source.key, visit, before, source.limits, { triedAt, now })
    if (signal?.aborted === true) return result
    await store.setHealth(health)
    await applyRetention(source, store, health, visit.failures.length === 0, now)
    await addFullTexts(source, visit.fresh, { clients, store, deadlineAt, signal })
    return result
  }
}

/** Returns false for sources that the user has muted. */
export function isFetched({ isMuted }: SourceAdapter): boolean {
  return isMuted !== true
}

function isDue(health: SourceHealth | undefined, now: number, isForced: boolean): boolean {
  if (health === undefined) return true
  if (health.state === 'off' || (health.state === 'muted' && !isForced)) return false
  return isForced || health.nextAt === undefined || health.nextAt <= now
}

function checkKeys(sources: readonly SourceAdapter[]): void {
  const keys = sources.map(({ key }) => key)
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  if (twice !== undefined) throw new SettingsError(`sources: ${twice} is listed twice; list each source once`)
}

/**
 * Removes articles older than the source's retention after a complete refresh, which has fetched everything that the
 * source still lists. After a 304 or a partial refresh nothing is removed, unless the last success is longer ago than
 * the retention.
 */
async function applyRetention(
  source: SourceAdapter,
  store: NewsStore,
  { state, succeededAt = 0 }: SourceHealth,
  isWhole: boolean,
  now: number,
): Promise<void> {
  const before = now - source.limits.retention
  if ((state === 'ok' || state === 'mended') && isWhole) {
    await store.forget(source.key, before)
    return
  }
  if (succeededAt >= before) return
  const forgotten = await store.forget(source.key, before)
  if (forgotten === 0) return
  // Otherwise the next response would be a 304, and the removed articles would never return.
  for (const { request } of source.begin()) await store.setValidators(addressOf(request), {})
}

/** Maximum number of pages fetched after one visit to a source: those of the newest articles. */
const maxPages = 20

/**
 * Fetches and stores the full text of new articles, one after another, until the deadline. Pages without a text are left
 * out; readers can try again on the page of the story.
 */
async function addFullTexts(
  source: SourceAdapter,
  articles: readonly NewArticle[],
  { clients, store, deadlineAt, signal }: VisitContext,
): Promise<void> {
  const newest = articles.toSorted((a, b) => b.publishedAt - a.publishedAt).slice(0, maxPages)
  for (const { sourceId, url } of newest) {
    const left = deadlineAt - clients.clock.now()
    if (left <= 0 || signal?.aborted === true) return
    try {
      await store.setFullText(source.key, sourceId, await fetchFullText(clients, source, url, { left, signal }))
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
    }
  }
}
