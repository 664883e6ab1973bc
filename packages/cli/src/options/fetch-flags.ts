import type { PaginateFlags } from './paginate-options.ts'

/** What `fetch` reads and sends, and within which limits: as it is typed. */
export interface FetchRequestFlags {
  readonly input?: readonly string[]
  readonly inputFormat?: string
  readonly glob: boolean
  readonly url?: string
  readonly jsonTemplate?: string
  readonly idColumn?: string
  readonly skipBadInput?: boolean
  readonly dryRun?: boolean

  readonly method?: string
  readonly header?: readonly string[]
  readonly data?: string
  readonly json?: string
  readonly auth?: string
  readonly baseUrl?: string
  readonly idempotencyKey?: boolean
  readonly maxRedirects?: string
  readonly maxBody?: string

  readonly concurrency?: string
  readonly perHost?: string
  readonly rate?: readonly string[]
  readonly rateScope?: string
  readonly burst?: string
  readonly learn: boolean

  readonly attempts?: string
  readonly backoff?: string
  readonly retryOn?: string
  readonly retryUnsafe?: boolean
  readonly maxRetryAfter?: string
  readonly maxThrottles?: string
  readonly breaker?: string | false
  /** Only there for the table: commander stores it as `breaker`. */
  readonly noBreaker?: never
  readonly connectTimeout?: string
  readonly timeout?: string
  readonly deadline?: string
  readonly maxTime?: string
  readonly failFast?: boolean
  readonly maxFailures?: string
  readonly failOn?: string
  readonly minSuccess?: string
  readonly maxP95?: string
}

/** What `fetch` does with the answers, what it shows, and how it connects. */
export interface FetchResultFlags {
  readonly output?: string
  readonly append?: boolean
  readonly ordered?: boolean
  readonly select?: string
  readonly body: boolean
  readonly includeHeaders?: string
  readonly readAs?: string
  readonly outDir?: string
  readonly name?: string
  readonly store?: string | true
  readonly detach?: boolean
  readonly skipExisting?: boolean
  readonly summary?: string
  readonly report?: string
  readonly har?: string

  readonly progress?: string
  readonly quiet?: number
  readonly verbose?: number
  readonly log?: string
  readonly color?: string

  readonly http2?: boolean
  readonly proxy?: string
  readonly cacert?: string
  readonly cert?: string
  readonly key?: string
  readonly maxHeaderSize?: string
  readonly insecure?: boolean

  readonly profile?: string
  readonly config?: string | false
  readonly noConfig?: never
  readonly envFile?: readonly string[]
}

/** The flags of `fetch` as they are typed: text, lists of text, and switches. */
export interface FetchFlags extends FetchRequestFlags, PaginateFlags, FetchResultFlags {}
