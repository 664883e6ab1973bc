import type { Auth, CallResult, RequestSpec, Success } from 'sluice'
import type { RateInput } from 'sluice/internal'
import type { NewArticle, SourceAbout } from './news.ts'

/** A source of articles: what to request, and how to read the responses. Pure; it has no clock. */
export interface SourceAdapter {
  /** Key under which its articles are stored. */
  readonly key: string
  /** Display name: `The Guardian`. */
  readonly title: string
  /** Home page for readers. */
  readonly homepage?: string | undefined
  /** Folder chosen by the user: `Technology`, or within it `Technology/Databases`. */
  readonly folder?: string | undefined
  /** True if the user has muted it: it is not fetched, and its stories stay. */
  readonly isMuted?: boolean | undefined
  /** True if the text of the page of each new article is fetched too. */
  readonly wantsFullText?: boolean | undefined
  readonly origin: string
  /** Default limits of its requests; settings may change them. */
  readonly limits: SourceLimits
  /** Authentication; no request, result or error contains the secret. */
  readonly auth?: Auth | undefined
  /** Returns the first requests of a refresh. */
  begin(): readonly SourceRequest[]
  /**
   * Reads one response received at `fetchedAt`: articles, and further requests.
   *
   * @throws SourceError if the response is invalid.
   */
  read(request: SourceRequest, answer: Success, fetchedAt: number): Reading
  /**
   * Reads a failed request that is not a failure: the end of a list, for example. Undefined for failures.
   *
   * @throws SourceError if the response describes the error.
   */
  readFailure?(request: SourceRequest, failure: CallResult & { readonly ok: false }): Reading | undefined
}

export interface SourceLimits {
  readonly concurrency: number
  /** Rates. Windows longer than a minute are quotas, stored across restarts. */
  readonly rates: readonly RateInput[]
  /** Milliseconds for one request. */
  readonly timeout: number
  /** Minimum milliseconds between two refreshes. */
  readonly interval: number
  /** Milliseconds for which articles are stored; starred stories stay. */
  readonly retention: number
}

export interface SourceRequest {
  /** Kind of request, named by the adapter: `list`, `story`. */
  readonly kind: string
  readonly request: RequestSpec
}

/** Content of one response. */
export interface Reading {
  readonly articles: readonly NewArticle[]
  readonly next?: readonly SourceRequest[] | undefined
  /** Listed items without content: withdrawn, deleted, null. */
  readonly missing?: number | undefined
  /** True if the response was ill-formed and read as far as possible. */
  readonly isMended?: boolean | undefined
  readonly about?: SourceAbout | undefined
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Default limits by kind of source; settings may change them. */
export const defaultLimits: Readonly<Record<'newsApi' | 'guardian' | 'hackerNews' | 'feed', SourceLimits>> = {
  // Free plan: 100 in 24 hours, granted as 50 in 12.
  newsApi: {
    concurrency: 2,
    rates: ['100/day', '50/12h'],
    timeout: 10 * second,
    interval: 30 * minute,
    retention: 30 * day,
  },
  // Developer key: stored articles have to be refreshed or removed within a day.
  guardian: { concurrency: 2, rates: ['1/s', '500/day'], timeout: 10 * second, interval: 15 * minute, retention: day },
  // No published limit: one list, and a request for each story.
  hackerNews: { concurrency: 20, rates: [], timeout: 10 * second, interval: 10 * minute, retention: 30 * day },
  feed: { concurrency: 2, rates: [], timeout: 15 * second, interval: hour, retention: 30 * day },
}

/** Effect of an error: `limited` and `refused` stop the source, the others fail one request; `gone` is permanent. */
export type SourceErrorKind = 'malformed' | 'failed' | 'refused' | 'limited' | 'gone'

/** Thrown for unexpected responses. The message is one line in our own words, so that it contains no secrets. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly kind: SourceErrorKind

  constructor(message: string, kind: SourceErrorKind = 'malformed') {
    super(message)
    this.kind = kind
  }
}
