/** How a source fares. Instants are milliseconds since the epoch. */
export interface SourceHealth {
  readonly source: string
  readonly state: 'new' | 'ok' | 'unchanged' | 'failing' | 'limited' | 'off'
  /** When it was last asked, and when it last answered as it should. */
  readonly triedAt?: number | undefined
  readonly succeededAt?: number | undefined
  /** Not before then is it asked again. */
  readonly nextAt?: number | undefined
  /** What happened last, in words for a reader, without secrets: `40 new in 0.4 s`, `429: quota used, again at 12:00`. */
  readonly message?: string | undefined
  /** Failures in a row. */
  readonly failures: number
}
