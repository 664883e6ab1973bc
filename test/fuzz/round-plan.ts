import type { ScenarioOptions } from '@sluice/simulator'
import type { BulkOptions, ClientOptions } from 'sluice'
import type { ReadAs } from 'sluice/internal'
import { type Draw, drawFrom } from './draw.ts'
import { drawScenario } from './draw-scenario.ts'

export type Protocol = 'http1' | 'https' | 'http2'

/** Everything about a round as plain data, which is printed when it fails. */
export interface RoundPlan {
  readonly seed: number
  readonly round: number
  readonly protocol: Protocol
  readonly servers: readonly ScenarioOptions[]
  readonly client: ClientOptions
  /** Milliseconds after which the client is closed, regardless of calls in flight. */
  readonly closeAfter?: number | undefined
  readonly uses: readonly Use[]
}

/** One request. */
export interface Item {
  /** Unique, except for items that may share a response. */
  readonly name: string
  readonly server: number
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'
  readonly readAs: ReadAs
  readonly hasKey: boolean
}

export interface Source {
  readonly form: 'array' | 'set' | 'generator' | 'async'
  readonly items: readonly Item[]
  /** Milliseconds before each item of an asynchronous source. */
  readonly every: number
  /** Index at which the source throws instead of returning an item. */
  readonly throwsAt?: number | undefined
  /** Number of items after which the source blocks and never ends. */
  readonly hangsAt?: number | undefined
}

/** Use of the client by one of several concurrent callers. */
export type Use =
  | { readonly kind: 'try'; readonly item: Item; readonly abortAfter?: number | undefined }
  | {
      readonly kind: 'all'
      readonly source: Source
      readonly options: BulkOptions
      readonly abortAfter?: number | undefined
    }
  | {
      readonly kind: 'stream'
      readonly source: Source
      readonly options: BulkOptions
      readonly abortAfter?: number | undefined
      /** Number of results after which the loop is left. */
      readonly leaveAfter?: number | undefined
      /** Milliseconds after which the run is stopped. */
      readonly stopAfter?: number | undefined
      /** Number of concurrent readers of results. */
      readonly readers: number
      /** Milliseconds that a reader spends on each result. */
      readonly readingTime: number
    }

/** Plan of a round: the same for the same seed, round and protocols. */
export function planRound(seed: number, round: number, protocols: readonly [Protocol, ...Protocol[]]): RoundPlan {
  const draw = drawFrom(seed, round)
  const protocol = draw.pick(protocols)
  const servers = Array.from({ length: draw.int(1, 2) }, () => drawScenario(draw, protocol))
  const client = drawClient(draw, protocol)
  const item = itemsOf(draw, servers.length, client.coalesce === true)
  // Delays count for each request in flight, so a higher concurrency allows more items.
  const most = 20 + 15 * (client.concurrency === 'auto' ? client.maxConcurrency! : client.concurrency!)
  const hasEnd = draw.chance(0.2)
  return {
    seed,
    round,
    protocol,
    servers,
    client,
    closeAfter: hasEnd ? draw.int(0, 150) : undefined,
    uses: Array.from({ length: draw.int(1, 12) }, () => drawUse(draw, { item, most }, hasEnd)),
  }
}

function drawClient(draw: Draw, protocol: Protocol): ClientOptions {
  const concurrency = draw.pick([1, 2, 3, 5, 10, 20, 'auto'] as const)
  return {
    concurrency,
    ...(concurrency === 'auto' ? { maxConcurrency: draw.int(2, 20) } : {}),
    ...draw.maybe(0.3, () => ({ perPartition: draw.int(1, 5) })),
    ...draw.maybe(0.2, () => ({ rate: draw.pick(['300/s', '1000/s']), burst: draw.int(1, 5) })),
    ...draw.maybe(0.1, () => ({ rateScope: 'all' as const })),
    timeout: draw.int(40, 150),
    ...draw.maybe(0.3, () => ({ deadline: draw.int(50, 600) })),
    retry: draw.chance(0.2)
      ? false
      : { maxAttempts: draw.int(1, 4), base: 1, cap: draw.int(2, 20), maxThrottles: 2, maxRetryAfter: 300 },
    breaker: draw.chance(0.4)
      ? false
      : { minCalls: 5, consecutiveFailures: draw.int(2, 10), openFor: draw.int(10, 50), maxOpenFor: 100 },
    giveUpAfter: draw.int(100, 600),
    ...draw.maybe(0.2, () => ({ hedge: { after: draw.int(5, 40), maxExtra: 0.5 } })),
    ...draw.maybe(0.2, () => ({ coalesce: true })),
    ...draw.maybe(0.2, () => ({ cache: draw.pick(['revalidate', 'http'] as const) })),
    ...draw.maybe(0.1, () => ({ idempotencyKey: true })),
    ...draw.maybe(0.2, () => ({ keepAlive: false })),
    ...draw.maybe(0.5, () => ({ learn: false })),
    maxBody: draw.pick([600, 20_000, 1_000_000]),
    maxRedirects: draw.int(0, 3),
    connectTimeout: 300,
    proxy: 'none',
    http2: protocol === 'http2',
  }
}

/** Creates items. If responses may be shared, some items have the same name. */
function itemsOf(draw: Draw, servers: number, isShared: boolean): () => Item {
  let count = 0
  return () => {
    const method = draw.pick(['GET', 'GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD'])
    const mayShare = isShared && method === 'GET' && draw.chance(0.5)
    return {
      name: mayShare ? `shared-${draw.int(1, 5)}` : `${++count}`,
      server: draw.int(0, servers - 1),
      method,
      readAs: draw.pick(['auto', 'auto', 'json', 'text', 'bytes']),
      hasKey: method === 'POST' && draw.chance(0.3),
    }
  }
}

interface Items {
  readonly item: () => Item
  /** Maximum number of items in one source. */
  readonly most: number
}

function drawUse(draw: Draw, items: Items, isClosed: boolean): Use {
  const kind = draw.pick(['try', 'all', 'all', 'stream', 'stream', 'stream'])
  const abortAfter = draw.maybe(0.2, () => draw.int(0, 120))
  if (kind === 'try') return { kind, item: items.item(), abortAfter }
  const options: BulkOptions = {
    ...draw.maybe(0.1, () => ({ failFast: true })),
    ...draw.maybe(0.1, () => ({ maxFailures: draw.pick([1, 5, '20%'] as const) })),
    ...draw.maybe(0.15, () => ({ maxTime: draw.int(1, 150) })),
    ...draw.maybe(0.15, () => ({ deadline: draw.int(20, 400) })),
    ...draw.maybe(0.3, () => ({ readAhead: draw.int(0, 5) })),
    ...draw.maybe(0.1, () => ({ keepBody: true })),
  }
  const leaveAfter = draw.maybe(0.2, () => draw.int(0, 10))
  const stopAfter = draw.maybe(0.2, () => draw.int(0, 100))
  const ordered = draw.chance(0.4)
  const readers = draw.pick([1, 1, 1, 2, 4])
  const readingTime = draw.pick([0, 0, 0, 1, 5])
  // A source that blocks is only used where something else ends the run.
  const ends = isClosed || abortAfter !== undefined || options.maxTime !== undefined
  const source = drawSource(draw, items, ends || (kind === 'stream' && stopAfter !== undefined))
  if (kind === 'all') return { kind, source, options, abortAfter }
  return { kind, source, options: { ...options, ordered }, abortAfter, leaveAfter, stopAfter, readers, readingTime }
}

function drawSource(draw: Draw, { item, most }: Items, mayHang: boolean): Source {
  const form = draw.pick(['array', 'array', 'set', 'generator', 'async', 'async'])
  const items = Array.from({ length: draw.pick([0, 1, draw.int(2, 20), draw.int(10, most), draw.int(10, most)]) }, item)
  const isLazy = form === 'generator' || form === 'async'
  return {
    form,
    items,
    every: form === 'async' ? draw.pick([0, 0, 1, 3]) : 0,
    throwsAt: isLazy ? draw.maybe(0.1, () => draw.int(0, items.length)) : undefined,
    hangsAt: form === 'async' && mayHang ? draw.maybe(0.3, () => draw.int(0, items.length)) : undefined,
  }
}
