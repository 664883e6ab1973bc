import type { SourceFailure } from './source-failure.ts'

/** What came of asking a source once, counted. */
export interface Visit {
  /** Answers that could be read, and how many of them said that nothing has changed. */
  readonly answers: number
  readonly unchanged: number
  readonly articles: number
  readonly added: number
  readonly updated: number
  readonly missing: number
  /** What gave nothing; later ones of the same cause included. */
  readonly failures: readonly SourceFailure[]
  /** What was sent, retries counted. */
  readonly requests: number
  readonly ms: number
  /** Milliseconds for which the source wants to be left alone, if it says so. */
  readonly refreshAfter?: number | undefined
}
