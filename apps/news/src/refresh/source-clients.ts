import { type Client, type Clock, createClient } from 'sluice'
import { isPrivateHost, parseRate, type Random, type RateInput, systemClock } from 'sluice/internal'
import type { Transport } from 'sluice/transport'
import { defaultLimits, type SourceAdapter, type SourceLimits } from '../model/source.ts'
import type { NewsStore, QuotaUse } from '../store/news-store.ts'

/** Longest window, in milliseconds, of rates that the client paces; usage of longer ones is stored. */
const longestPace = 60_000

export interface SourceClientsOptions {
  /** Transport of the requests, which stays open on close. @default one for each client */
  readonly transport?: Transport | undefined
  /** @default the system clock */
  readonly clock?: Clock | undefined
  /** @default the system's random source */
  readonly random?: Random | undefined
  /** Maximum number of requests in flight to a source. @default the source's limits */
  readonly concurrency?: number | undefined
  /** Allow sources with a public address to lead to private ones. @default false */
  readonly allowPrivate?: boolean | undefined
}

/** Counts the requests of a source; passed to the client as `meta` of its calls. */
export interface RequestCount {
  requests: number
  /** Statuses of the followed redirects. */
  readonly redirects: number[]
}

/** Maximum number of requests in flight to all sources together. */
const mostInFlight = 50

/** Maximum number of bytes of a response: some feeds list all items ever published. */
const mostBytes = 50 * 2 ** 20

/**
 * Clients of the sources, reused by refreshes, so that a source's connections, rate and requested pauses persist.
 * Sources without rates share one client, with limits per host. Sources of one origin with the same rates and
 * credentials share one too: the rates apply to all of them together. Credentials and timeouts are per source.
 *
 * Quota usage is stored, so that quotas hold across restarts and processes.
 */
export class SourceClients implements AsyncDisposable {
  readonly clock: Clock
  readonly #store: NewsStore
  readonly #options: SourceClientsOptions
  readonly #clients: { readonly source: SourceAdapter; readonly client: Client }[] = []
  /** By origin: requests that still count against a quota, in order. */
  readonly #uses = new Map<string, QuotaUse[]>()
  /** By origin: writes of requests that are pending or have failed. */
  readonly #writes = new Map<string, Set<Promise<void>>>()

  constructor(store: NewsStore, options: SourceClientsOptions = {}) {
    this.clock = options.clock ?? systemClock
    this.#store = store
    this.#options = options
  }

  /** Loads quota usage. Drops clients whose quota another process has used. @throws errors of the store. */
  async load(sources: readonly SourceAdapter[]): Promise<void> {
    this.#share(sources)
    const counted = sources.filter(({ limits }) => quotaWindows(limits.rates).length > 0)
    for (const origin of new Set(counted.map((source) => source.origin))) {
      const uses = [...(await this.#store.quotaUses(origin, this.clock.wallTime()))]
      const known = new Set(this.#uses.get(origin)?.map(({ at }) => at))
      this.#uses.set(origin, uses)
      if (uses.some(({ at }) => !known.has(at))) await this.#drop(origin)
    }
  }

  /** The client of a source. Its calls carry a `RequestCount` as `meta`. */
  of(source: SourceAdapter): Client {
    const known = this.#clients.find((other) => isShared(source, other.source))
    const client = known?.client ?? this.#create(source)
    if (known === undefined) this.#clients.push({ source, client })
    return client.extend({ auth: source.auth, timeout: source.limits.timeout })
  }

  /** Instant at which the shortest quota of a source resets: when its oldest request no longer counts. */
  quotaTurn({ origin, limits }: SourceAdapter, now: number): number | undefined {
    const [window] = quotaWindows(limits.rates)
    if (window === undefined) return undefined
    const oldest = this.#uses.get(origin)?.find(({ at }) => at > now - window)
    return (oldest?.at ?? now) + window
  }

  /** Waits until all requests to the server of a source are recorded. @throws errors of the store. */
  async flush({ origin }: SourceAdapter): Promise<void> {
    const failed = (await Promise.allSettled(this.#writes.get(origin) ?? [])).find(
      ({ status }) => status === 'rejected',
    )
    if (failed?.status !== 'rejected') return
    this.#writes.delete(origin)
    throw failed.reason
  }

  /** Closes all clients; a transport given in the options stays open. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map(({ client }) => client.close()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Divides the maximum in flight: sources with limits of their own take their share, all others share the rest. */
  #share(sources: readonly SourceAdapter[]): void {
    const reserved = new Map<string, number>()
    for (const { origin, limits } of sources)
      if (isApart(limits)) reserved.set(origin, Math.max(reserved.get(origin) ?? 0, limits.concurrency))
    const others = [...reserved.values()].reduce((sum, each) => sum + each, 0)
    this.#unrated = Math.max(10, mostInFlight - others)
    for (const { source, client } of this.#clients)
      if (!isApart(source.limits)) client.setConcurrency(Math.min(this.#unrated, this.#most))
  }

  /** Maximum in flight to all sources without rates together. */
  #unrated = mostInFlight

  get #most(): number {
    return this.#options.concurrency ?? mostInFlight
  }

  async #drop(origin: string): Promise<void> {
    for (const [index, { source, client }] of [...this.#clients.entries()].reverse()) {
      if (source.origin !== origin) continue
      this.#clients.splice(index, 1)
      await client.close()
    }
  }

  #create(source: SourceAdapter): Client {
    const { origin, limits } = source
    const { transport, random, allowPrivate = false } = this.#options
    const longest = quotaWindows(limits.rates).at(-1)
    let counted: string | undefined
    const client = createClient({
      concurrency: Math.min(isApart(limits) ? limits.concurrency : this.#unrated, this.#most),
      perPartition: limits.concurrency,
      rate: limits.rates,
      rateScope: 'all',
      quotaMemory: {
        recall: () => this.#uses.get(origin) ?? [],
        // Each request is recorded once, for the longest of the quotas.
        record: (quota, { at, weight }, window) => {
          if (window === longest) counted ??= quota
          if (quota === counted) this.#record(origin, { at: Math.floor(at), weight }, at + window)
        },
      },
      maxBody: transport === undefined ? mostBytes : undefined,
      denyPrivateAddresses: transport === undefined ? !(allowPrivate || isPrivate(source)) : undefined,
      // A used-up quota stays so for the rest of the refresh.
      retry: { maxAttempts: 3, maxThrottles: 0 },
      breaker: { consecutiveFailures: 6 },
      clock: this.clock,
      random,
      transport: transport === undefined ? undefined : lent(transport),
    })
    client.on((event) => {
      if (event.type === 'attempt.started') (event.request.meta as RequestCount).requests++
      if (event.type === 'redirect.followed') (event.request.meta as RequestCount).redirects.push(event.status)
    })
    return client
  }

  #record(origin: string, use: QuotaUse, until: number): void {
    this.#uses.get(origin)?.push(use)
    const write = this.#store.recordQuotaUse(origin, use, until)
    const writes = this.#writes.get(origin) ?? new Set()
    this.#writes.set(origin, writes.add(write))
    // A failed write stays in the set, so that `flush` reports it.
    write.then(
      () => writes.delete(write),
      () => {},
    )
  }
}

/** Returns true for sources with rates, or with more concurrency than a feed: each has a client of its own. */
function isApart({ rates, concurrency }: SourceLimits): boolean {
  return rates.length > 0 || concurrency > defaultLimits.feed.concurrency
}

/** Windows of the rates that are quotas, in milliseconds, ascending. */
function quotaWindows(rates: readonly RateInput[]): number[] {
  return rates
    .map((rate) => parseRate('rates', rate).per)
    .filter((per) => per > longestPace)
    .sort((a, b) => a - b)
}

/** Returns true if two sources can share a client; with rates, only for the same limits of the same server. */
function isShared(one: SourceAdapter, other: SourceAdapter): boolean {
  if (isPrivate(one) !== isPrivate(other)) return false
  if (isApart(one.limits) && one.origin !== other.origin) return false
  const isRated = one.limits.rates.length > 0
  if (isRated && secretOf(one) !== secretOf(other)) return false
  const [those, these] = [one, other].map(({ limits: { concurrency, rates } }) => [concurrency, rates])
  return JSON.stringify(those) === JSON.stringify(these)
}

/** Returns true for a source on this machine or a private network, by its address. */
function isPrivate({ origin }: SourceAdapter): boolean {
  return isPrivateHost(new URL(origin).hostname)
}

/** Credentials of a source, for comparison only. */
function secretOf({ auth }: SourceAdapter): unknown {
  return auth?.kind === 'fixed' ? JSON.stringify([auth.place, auth.secret()]) : auth
}

/** Wraps a transport so that closing its client does not close it. */
function lent(transport: Transport): Transport {
  const { headers } = transport
  return {
    ...(headers === undefined ? undefined : { headers }),
    send: (request, exchange) => transport.send(request, exchange),
    close: async () => {},
  }
}
