import type { Auth, CallResult, RequestSpec, Success } from 'sluice'
import type { RateInput } from 'sluice/internal'
import type { NewArticle, SourceAbout } from './news.ts'

/** A source of articles: how to ask, and how to read what comes. Small, pure and without a clock of its own. */
export interface SourceAdapter {
  /** The key under which its articles are kept. */
  readonly key: string
  /** For readers: `The Guardian`. */
  readonly title: string
  /** Where a reader finds it. */
  readonly homepage?: string | undefined
  /** Where a reader has put it: `Technology`, and within that `Technology/Databases`. */
  readonly folder?: string | undefined
  readonly origin: string
  /** How it wants to be asked; defaults that settings may change. */
  readonly limits: SourceLimits
  /** How it is told who asks; the secret is in no request, result or error. */
  readonly auth?: Auth | undefined
  /** The first requests of a refresh. */
  begin(): readonly SourceRequest[]
  /**
   * Reads one answer that came at an instant: articles, and what else to ask for.
   *
   * @throws SourceError if it is not what was promised.
   */
  read(request: SourceRequest, answer: Success, fetchedAt: number): Reading
  /**
   * Meaning of a failed request, if it is not a failure: the end of a list, for example.
   *
   * @throws SourceError if the answer says what is wrong.
   */
  readFailure?(request: SourceRequest, failure: CallResult & { readonly ok: false }): Reading | undefined
}

export interface SourceLimits {
  readonly concurrency: number
  /** Windows over a minute are quotas that are kept over restarts. */
  readonly rates: readonly RateInput[]
  /** Milliseconds for one request. */
  readonly timeout: number
  /** Milliseconds between two refreshes, at least. */
  readonly interval: number
  /** Milliseconds for which articles are kept; starred stories stay. */
  readonly retention: number
}

export interface SourceRequest {
  /** The adapter's own name for this kind of request: `list`, `story`. */
  readonly kind: string
  readonly request: RequestSpec
}

/** Content of one answer. */
export interface Reading {
  readonly articles: readonly NewArticle[]
  readonly next?: readonly SourceRequest[] | undefined
  /** Items that were there and are none: withdrawn, deleted, null. */
  readonly missing?: number | undefined
  /** Ill-formed: what could be read was read. */
  readonly isMended?: boolean | undefined
  readonly about?: SourceAbout | undefined
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How each kind of source wants to be asked, unless settings say otherwise. */
export const defaultLimits: Readonly<Record<'newsApi' | 'guardian' | 'hackerNews' | 'feed', SourceLimits>> = {
  // The free plan: 100 in 24 hours, handed out as 50 in 12.
  newsApi: {
    concurrency: 2,
    rates: ['100/day', '50/12h'],
    timeout: 10 * second,
    interval: 30 * minute,
    retention: 30 * day,
  },
  // A developer's key; what is kept has to be fetched again or forgotten within a day.
  guardian: { concurrency: 2, rates: ['1/s', '500/day'], timeout: 10 * second, interval: 15 * minute, retention: day },
  // Names no limit: one list, and a request for each story.
  hackerNews: { concurrency: 20, rates: [], timeout: 10 * second, interval: 10 * minute, retention: 30 * day },
  feed: { concurrency: 2, rates: [], timeout: 15 * second, interval: hour, retention: 30 * day },
}

/** Effect of a source's error: `limited` and `refused` stop all requests to it, the others fail one request; `gone` is for good. */
export type SourceErrorKind = 'malformed' | 'failed' | 'refused' | 'limited' | 'gone'

/** A source answered with something else than what was promised. The message is one line in our own words, so that it has no secrets. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly kind: SourceErrorKind

  constructor(message: string, kind: SourceErrorKind = 'malformed') {
    super(message)
    this.kind = kind
  }
}
