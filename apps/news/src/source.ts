import type { Auth, CallResult, RequestSpec, Success } from 'sluice'
import type { RateInput } from 'sluice/internal'
import type { Article } from './model/article.ts'

/** A source of articles: how to ask, and how to read what comes. Small, pure and without a clock of its own. */
export interface SourceAdapter {
  /** The key under which its articles are kept. */
  readonly key: string
  /** For readers: `The Guardian`. */
  readonly title: string
  /** Where a reader finds it. */
  readonly homepage?: string | undefined
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
   * What a failed request means, if it means something else than that it failed: the end of a list, say.
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
  /** What the adapter calls it: `list`, `story`. */
  readonly kind: string
  readonly request: RequestSpec
}

/** What an answer had. */
export interface Reading {
  readonly articles: readonly Article[]
  readonly next?: readonly SourceRequest[] | undefined
  /** Items that were there and are none: withdrawn, deleted, null. */
  readonly missing?: number | undefined
  /** Milliseconds for which the source wants to be left alone, if it says so in its answer. */
  readonly refreshAfter?: number | undefined
}
