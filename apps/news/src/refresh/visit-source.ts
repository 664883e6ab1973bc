import type { CallResult, RequestSpec } from 'sluice'
import { directiveTime, parseCacheControl, parseHttpDate } from 'sluice/internal'
import type { NewArticle, SourceAbout } from '../model/news.ts'
import { type Reading, type SourceAdapter, SourceError, type SourceRequest } from '../model/source.ts'
import { webUrl } from '../sources/clean-article.ts'
import type { NewsStore, Validators } from '../store/news-store.ts'
import type { RequestCount, SourceClients } from './source-clients.ts'
import { failureOf, type SourceFailure, unreadable } from './source-failure.ts'

/** Counts and failures of one visit to a source. */
export interface Visit {
  /** Readable responses, and how many of them were a 304. */
  readonly answers: number
  readonly unchanged: number
  readonly articles: number
  readonly added: number
  readonly updated: number
  readonly missing: number
  /** Ill-formed responses that were read as far as possible. */
  readonly mended: number
  /** Failed requests, including several with the same cause. */
  readonly failures: readonly SourceFailure[]
  /** Requests sent, retries included. */
  readonly requests: number
  readonly ms: number
  /** Milliseconds for which the response is fresh, if the server names them. */
  readonly refreshAfter?: number | undefined
  readonly about?: SourceAbout | undefined
  /** Articles that were not stored before, if the source wants their full text. */
  readonly fresh: readonly NewArticle[]
  /** Target of a permanent redirect. */
  readonly movedTo?: string | undefined
}

export interface VisitContext {
  readonly clients: SourceClients
  readonly store: NewsStore
  /** Deadline on the clock. */
  readonly deadlineAt: number
  readonly signal?: AbortSignal | undefined
  /** Known target of a permanent redirect of the source. */
  readonly movedTo?: string | undefined
}

type Headers = Readonly<Record<string, string>>
type Settled =
  | { readonly reading: Reading | 'unchanged'; readonly headers: Headers }
  | { readonly failure: SourceFailure }

/**
 * Fetches all articles of a source, and stores each page as soon as it is read. Failed requests are part of the visit.
 *
 * @throws errors of the store, after all requests have ended.
 */
export async function visitSource(source: SourceAdapter, context: VisitContext): Promise<Visit> {
  const { clients, store, deadlineAt, signal } = context
  const { clock } = clients
  const client = clients.of(source)
  const sent: RequestCount = { requests: 0, redirects: [] }
  let movedTo = context.movedTo
  const startedAt = clock.now()
  const batches = new ArticleBatches(store, () => clock.wallTime())
  const failures: SourceFailure[] = []
  const counts = { answers: 0, unchanged: 0, articles: 0, missing: 0, mended: 0 }
  const stopping = new AbortController()
  const stop = (): void => stopping.abort(signal?.reason)
  const fresh: NewArticle[] = []
  let refreshAfter: number | undefined
  let about: SourceAbout | undefined

  /** Returns true if nothing of the request is meant for its own server only: no credentials, query or headers. */
  const isPlain = ({ request: { query, headers = {} } }: SourceRequest): boolean =>
    source.auth === undefined && query === undefined && Object.keys(headers).every((name) => name === 'accept')

  async function settle(asked: SourceRequest, isFirst: boolean): Promise<Settled | undefined> {
    const request =
      movedTo === undefined || !isFirst || !isPlain(asked) ? asked.request : { ...asked.request, url: movedTo }
    const known = await store.validators(addressOf(asked.request))
    const deadline = deadlineAt - clock.now()
    if (stopping.signal.aborted) return undefined
    if (deadline <= 0) return { failure: { kind: 'late', message: 'no time was left' } }
    let result: CallResult
    try {
      result = await client.try(
        { ...withValidators(request, known), meta: sent },
        { deadline, signal: stopping.signal },
      )
    } catch (error) {
      if (stopping.signal.aborted) return undefined
      throw error
    }
    // A 304 has no content to read.
    if (result.status === 304) return { reading: 'unchanged', headers: result.headers ?? {} }
    const settled = read(asked, result)
    if ('failure' in settled) {
      if (!isFirst && settled.failure.kind === 'gone') return { failure: { ...settled.failure, kind: 'failed' } }
      // The original address may work again.
      if (isFirst && settled.failure.kind !== 'limited') movedTo = undefined
    } else if (isFirst && isPlain(asked) && result.redirectedTo !== undefined && sent.redirects.every(isForGood)) {
      movedTo = webUrl(result.redirectedTo)
    }
    return settled
  }

  function read(asked: SourceRequest, result: CallResult): Settled {
    const now = clock.wallTime()
    const times = {
      now,
      deadlineAt: now + deadlineAt - clock.now(),
      timeout: source.limits.timeout,
      hasKey: source.auth !== undefined,
    }
    try {
      if (result.ok) return { reading: source.read(asked, result, now), headers: result.headers }
      const reading = source.readFailure?.(asked, result)
      return reading === undefined ? { failure: closed(failureOf(result, times)) } : { reading, headers: {} }
    } catch (error) {
      if (!result.ok && error instanceof SourceError) return { failure: closed(failureOf(result, times, error)) }
      return { failure: closed(unreadable(error)) }
    }
  }

  /** Adds the time at which the quota resets, if the response names none. */
  function closed(failure: SourceFailure): SourceFailure {
    if (failure.kind !== 'limited' || failure.until !== undefined) return failure
    return { ...failure, until: clients.quotaTurn(source, clock.wallTime()) }
  }

  /** Returns true if the response and all requests that follow from it are stored. */
  async function ask(asked: SourceRequest, isFirst: boolean): Promise<boolean> {
    const settled = await settle(asked, isFirst)
    if (settled === undefined) return false
    if ('failure' in settled) {
      failures.push(settled.failure)
      if (settled.failure.kind === 'limited' || settled.failure.kind === 'refused') stopping.abort()
      return false
    }
    counts.answers++
    const { reading, headers } = settled
    if (isFirst) refreshAfter = longer(refreshAfter, freshFor(headers, clock.wallTime()))
    if (reading === 'unchanged') {
      counts.unchanged++
      // A 304 may bring new validators.
      await keepValidators(addressOf(asked.request), headers)
      return true
    }
    counts.articles += reading.articles.length
    counts.missing += reading.missing ?? 0
    if (reading.isMended === true) counts.mended++
    about ??= reading.about
    if (source.wantsFullText === true) fresh.push(...(await unknown(reading.articles)))
    await batches.put(reading.articles)
    const isComplete = await all(reading.next ?? [], false)
    // Incomplete lists store no validators: a 304 would hide the missing stories.
    if (isComplete) await keepValidators(addressOf(asked.request), headers)
    return isComplete
  }

  async function unknown(articles: readonly NewArticle[]): Promise<NewArticle[]> {
    const ids = articles.map(({ sourceId }) => sourceId)
    const known = new Set(await store.known(source.key, ids))
    return articles.filter(({ sourceId }) => !known.has(sourceId))
  }

  async function keepValidators(url: string, { etag, 'last-modified': lastModified }: Headers): Promise<void> {
    if (etag === undefined && lastModified === undefined) return
    await store.setValidators(url, { etag, lastModified })
  }

  async function all(requests: readonly SourceRequest[], isFirst: boolean): Promise<boolean> {
    const ended = await Promise.allSettled(requests.map((request) => ask(request, isFirst)))
    for (const one of ended) if (one.status === 'rejected') throw one.reason
    return ended.every((one) => one.status === 'fulfilled' && one.value)
  }

  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted === true) stop()
  try {
    await all(source.begin(), true)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
  const { added, updated } = batches
  const ms = clock.now() - startedAt
  return { ...counts, added, updated, failures, requests: sent.requests, ms, refreshAfter, about, fresh, movedTo }
}

/** Returns true for permanent redirects. */
function isForGood(status: number): boolean {
  return status === 301 || status === 308
}

/** Key of a request's validators; free of secrets, because requests contain none. */
export function addressOf({ url, query }: RequestSpec): string {
  return query === undefined ? String(url) : `${url} ${JSON.stringify(query)}`
}

function withValidators(request: RequestSpec, known: Validators | undefined): RequestSpec {
  const headers = {
    'if-none-match': known?.etag,
    'if-modified-since': known?.etag === undefined ? known?.lastModified : undefined,
  }
  return { ...request, headers: { ...request.headers, ...headers } }
}

function longer(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)
}

/** Stores articles in batches: those that arrive during a write are stored together by the next one. */
class ArticleBatches {
  added = 0
  updated = 0
  readonly #store: NewsStore
  readonly #wallTime: () => number
  #waiting: NewArticle[] = []
  #next: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(store: NewsStore, wallTime: () => number) {
    this.#store = store
    this.#wallTime = wallTime
  }

  /** Resolves once the articles are stored. @throws errors of the store. */
  put(articles: readonly NewArticle[]): Promise<void> {
    if (articles.length === 0) return Promise.resolve()
    this.#waiting.push(...articles)
    this.#next ??= this.#last = this.#last.then(() => this.#keep())
    return this.#next
  }

  async #keep(): Promise<void> {
    const articles = this.#waiting
    this.#waiting = []
    this.#next = undefined
    const { articles: added, updated } = await this.#store.add(articles, this.#wallTime())
    this.added += added
    this.updated += updated
  }
}

/** Milliseconds for which a response is fresh, by `Cache-Control`, otherwise by `Expires`. */
function freshFor(headers: Headers, now: number): number | undefined {
  const directives = parseCacheControl(headers['cache-control'])
  if (directives.has('no-cache') || directives.has('no-store')) return undefined
  const maxAge = directiveTime(directives, 'max-age')
  if (maxAge !== undefined) return maxAge
  const expires = parseHttpDate(headers.expires ?? '', now)
  return expires === undefined ? undefined : Math.max(0, expires - (parseHttpDate(headers.date ?? '', now) ?? now))
}
