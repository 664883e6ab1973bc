import { type Clock, type Duration, parseDuration, type Random } from 'sluice'
import { systemClock } from 'sluice/internal'
import type { Transport } from 'sluice/transport'
import type { SourceAdapter } from '../model/source.ts'
import type { NewsStore } from '../store/news-store.ts'
import { sqliteNewsStore } from '../store/sqlite/sqlite-news-store.ts'
import type { SourceResult } from './conclude.ts'
import { refreshOnce } from './refresh.ts'
import { SourceClients, type SourceClientsOptions } from './source-clients.ts'

export interface BenchOptions {
  /** Time for each of the two ways; each has the same. */
  readonly deadline: Duration
  readonly signal?: AbortSignal | undefined
  /** @default one of its own for each source */
  readonly transport?: Transport | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
  /** @default the system's */
  readonly random?: Random | undefined
}

/** Cost of one way of fetching. */
export interface BenchFigures {
  readonly ms: number
  readonly requests: number
  readonly articles: number
}

export interface BenchRow {
  readonly source: string
  readonly sequential: BenchFigures
  readonly concurrent: BenchFigures
}

export interface BenchTable {
  readonly rows: readonly BenchRow[]
  readonly total: Omit<BenchRow, 'source'>
  /** How many times as long the sequential way took. */
  readonly speedup: number
}

/**
 * Asks all sources twice for the same: one request after another, and all at the same time within their limits. Nothing is kept
 * but what was sent of quotas, in `store`, so that they hold.
 *
 * @throws what the store throws; the signal's reason if aborted; SettingsError if a source is there twice or an option wrong.
 */
export async function bench(
  sources: readonly SourceAdapter[],
  store: NewsStore,
  options: BenchOptions,
): Promise<BenchTable> {
  const { clock = systemClock, transport, random, signal } = options
  const deadline = parseDuration('deadline', options.deadline)
  const parts = { clock, transport, random }

  const startedAt = clock.now()
  const one = await withEmptyStore(store, { ...parts, concurrency: 1 }, async (empty, clients) => {
    const results: SourceResult[] = []
    for (const source of sources) {
      const left = Math.max(0, startedAt + deadline - clock.now())
      results.push(...(await refreshOnce([source], empty, { clients, signal, isForced: true, deadline: left })))
    }
    return results
  })
  const between = clock.now()
  const all = await withEmptyStore(store, parts, (empty, clients) =>
    refreshOnce(sources, empty, { clients, signal, isForced: true, deadline }),
  )
  const sequential = total(one, between - startedAt)
  const concurrent = total(all, clock.now() - between)
  return {
    rows: one.map((result, index) => ({
      source: result.source,
      sequential: figures(result),
      concurrent: figures(all[index]!),
    })),
    total: { sequential, concurrent },
    speedup: concurrent.ms === 0 ? 1 : sequential.ms / concurrent.ms,
  }
}

/** Works with an empty store in memory and new clients. The quotas are those of `store`, where what is sent counts for later. */
async function withEmptyStore<T>(
  store: NewsStore,
  options: SourceClientsOptions,
  work: (empty: NewsStore, clients: SourceClients) => Promise<T>,
): Promise<T> {
  const empty = Object.assign(await sqliteNewsStore(':memory:'), {
    quotaUses: (...given: Parameters<NewsStore['quotaUses']>) => store.quotaUses(...given),
    recordQuotaUse: (...given: Parameters<NewsStore['recordQuotaUse']>) => store.recordQuotaUse(...given),
  })
  try {
    await using clients = new SourceClients(empty, options)
    return await work(empty, clients)
  } finally {
    await empty.close()
  }
}

function figures({ ms, requests, added }: SourceResult): BenchFigures {
  return { ms, requests, articles: added }
}

function total(results: readonly SourceResult[], ms: number): BenchFigures {
  const sum = (of: (result: SourceResult) => number): number => results.reduce((all, result) => all + of(result), 0)
  return { ms, requests: sum(({ requests }) => requests), articles: sum(({ added }) => added) }
}
