import { type Duration, parseDuration, SettingsError } from 'sluice'
import { systemClock } from 'sluice/internal'
import type { SourceAdapter } from '../model/source.ts'
import type { NewsStore } from '../store/news-store.ts'
import { sqliteNewsStore } from '../store/sqlite/sqlite-news-store.ts'
import { isSuccess, type SourceResult } from './conclude.ts'
import { refreshOnce } from './refresh.ts'
import { SourceClients, type SourceClientsOptions } from './source-clients.ts'

export interface BenchOptions extends Pick<SourceClientsOptions, 'transport' | 'clock' | 'random'> {
  /** Deadline of each way in each round. */
  readonly deadline: Duration
  /** Number of rounds, each of which measures both ways. @default 3 */
  readonly rounds?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Figures of one way of fetching: medians of the rounds. */
export interface BenchFigures {
  readonly ms: number
  readonly requests: number
  readonly articles: number
  /** First failure in any round. */
  readonly failure?: string | undefined
}

export interface BenchRow {
  readonly source: string
  readonly sequential: BenchFigures
  readonly concurrent: BenchFigures
}

export interface BenchTable {
  readonly rounds: number
  readonly rows: readonly BenchRow[]
  readonly total: Omit<BenchRow, 'source'>
  /** Sequential time divided by concurrent time; undefined unless both brought the same articles without a failure. */
  readonly speedup?: number | undefined
  /** Reason for an undefined speedup. */
  readonly noSpeedup?: string | undefined
  /** Source that takes more than half of the time of a way; the speedup then says little about the others. */
  readonly dominant?: { readonly source: string; readonly way: Way; readonly ms: number } | undefined
}

type Way = 'sequential' | 'concurrent'

/** Measurement of one way in one round. */
interface Measured {
  readonly ms: number
  readonly results: readonly SourceResult[]
  /** Articles, each serialized as text. */
  readonly articles: ReadonlySet<string>
}

/**
 * Fetches all sources in two ways, sequentially and concurrently within their limits, in several rounds that alternate
 * which way comes first. Stores only the requests that count against quotas, in `store`, so that quotas hold.
 *
 * @throws errors of the store; the signal's reason if aborted; SettingsError for a duplicate source or an invalid
 * option.
 */
export async function bench(
  sources: readonly SourceAdapter[],
  store: NewsStore,
  options: BenchOptions,
): Promise<BenchTable> {
  const { clock = systemClock, transport, random, signal, rounds = 3 } = options
  const deadline = parseDuration('deadline', options.deadline)
  if (!Number.isInteger(rounds) || rounds < 1) throw new SettingsError('rounds: expected a whole number, at least 1')
  const parts = { clock, transport, random }

  const ways: Readonly<Record<Way, () => Promise<Measured>>> = {
    sequential: () =>
      withEmptyStore(store, { ...parts, concurrency: 1 }, async (empty, clients) => {
        const startedAt = clock.now()
        const results: SourceResult[] = []
        for (const source of sources) {
          const left = Math.max(0, startedAt + deadline - clock.now())
          results.push(...(await refreshOnce([source], empty, { clients, signal, isForced: true, deadline: left })))
        }
        return { ms: clock.now() - startedAt, results, articles: await articlesIn(empty) }
      }),
    concurrent: () =>
      withEmptyStore(store, parts, async (empty, clients) => {
        const startedAt = clock.now()
        const results = await refreshOnce(sources, empty, { clients, signal, isForced: true, deadline })
        return { ms: clock.now() - startedAt, results, articles: await articlesIn(empty) }
      }),
  }
  const measured: Record<Way, Measured[]> = { sequential: [], concurrent: [] }
  for (let round = 0; round < rounds; round++) {
    const order: readonly Way[] = round % 2 === 0 ? ['sequential', 'concurrent'] : ['concurrent', 'sequential']
    for (const way of order) measured[way].push(await ways[way]())
  }
  const rows = sources.map(({ key }, index) => ({
    source: key,
    sequential: figures(measured.sequential.map(({ results }) => results[index]!)),
    concurrent: figures(measured.concurrent.map(({ results }) => results[index]!)),
  }))
  const total = { sequential: totalOf(measured.sequential), concurrent: totalOf(measured.concurrent) }
  const noSpeedup = difference(rows, measured)
  return {
    rounds,
    rows,
    total,
    ...(noSpeedup === undefined
      ? { speedup: total.concurrent.ms === 0 ? 1 : total.sequential.ms / total.concurrent.ms }
      : { noSpeedup }),
    dominant: dominantOf(rows, total),
  }
}

/** Reason why the two ways cannot be compared; undefined if they can. */
function difference(
  rows: readonly BenchRow[],
  { sequential, concurrent }: Record<Way, Measured[]>,
): string | undefined {
  const failed = rows.filter((row) => (row.sequential.failure ?? row.concurrent.failure) !== undefined)
  if (failed.length > 0) return `${failed.length} of ${rows.length} sources failed`
  const [first, ...others] = [...sequential, ...concurrent].map(({ articles }) => articles)
  for (const other of others) {
    const apart = [...first!].filter((one) => !other.has(one)).length
    const alone = apart + [...other].filter((one) => !first!.has(one)).length
    if (alone > 0)
      return `the rounds did not return the same articles (${first!.size} and ${other.size}; ${alone} are not in both)`
  }
  return undefined
}

function dominantOf(rows: readonly BenchRow[], total: BenchTable['total']): BenchTable['dominant'] {
  for (const way of ['sequential', 'concurrent'] as const) {
    const [longest, next] = rows.toSorted((a, b) => b[way].ms - a[way].ms)
    const isAlone = longest !== undefined && longest[way].ms > 2 * (next?.[way].ms ?? 0)
    if (isAlone && rows.length > 1 && longest[way].ms > total[way].ms / 2)
      return { source: longest.source, way, ms: longest[way].ms }
  }
  return undefined
}

/** Articles of a store, each serialized as text. */
async function articlesIn(store: NewsStore): Promise<ReadonlySet<string>> {
  const all = new Set<string>()
  let after: { readonly publishedAt: number; readonly id: number } | undefined
  for (;;) {
    const page = await store.stories({}, { limit: 500, after })
    for (const { articles } of page)
      for (const { source, sourceId } of articles) all.add(JSON.stringify([source, sourceId]))
    after = page.at(-1)
    if (page.length < 500) return all
  }
}

/** Calls `work` with an empty store in memory and new clients. Quotas are read from `store` and recorded there. */
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

/** Figures of one source over all rounds. */
function figures(results: readonly SourceResult[]): BenchFigures {
  const failure = results.find(({ state }) => !isSuccess(state))?.message
  return {
    ms: median(results.map(({ ms }) => ms)),
    requests: median(results.map(({ requests }) => requests)),
    articles: median(results.map(({ added }) => added)),
    ...(failure === undefined ? undefined : { failure }),
  }
}

/** Figures of all sources together over all rounds. */
function totalOf(rounds: readonly Measured[]): BenchFigures {
  const sum = (results: readonly SourceResult[], of: (result: SourceResult) => number): number =>
    results.reduce((all, result) => all + of(result), 0)
  return {
    ms: median(rounds.map(({ ms }) => ms)),
    requests: median(rounds.map(({ results }) => sum(results, ({ requests }) => requests))),
    articles: median(rounds.map(({ results }) => sum(results, ({ added }) => added))),
  }
}

/** Median; the lower of the two middle values for an even count. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!
}
