import type { Duration } from 'sluice'

/** Partition of a limit: all requests together, or by API key, path or address. */
export type Per = 'all' | 'key' | 'path' | 'address'

/** Dialect of the rate limit headers in every response. */
export type Dialect = 'ietf' | 'ietf-legacy' | 'github' | 'openai' | 'anthropic' | 'none'

interface LimitBase {
  /** Name in headers. */
  readonly name: string
  readonly per: Per
  /** Unit that it counts, `requests` or `tokens`; requests that cost none of it pass freely. */
  readonly unit: string
}

interface RateLimit extends LimitBase {
  /** Amount allowed per window. */
  readonly quota: number
  /** Milliseconds. */
  readonly window: number
}

/** A validated limit. */
export type Limit =
  | (RateLimit & { readonly kind: 'fixed' | 'sliding' })
  | (RateLimit & { readonly kind: 'token' | 'leaky'; readonly burst: number })
  | (LimitBase & { readonly kind: 'concurrent'; readonly quota: number })

/** Limit as text, `'fixed:100/min'` or `'sliding:200000 tokens/min'`, or as an object. */
export type LimitOption = string | LimitSpec

export interface LimitSpec {
  readonly kind: Limit['kind']
  readonly quota: number
  /** Required except for `concurrent`. */
  readonly window?: Duration | undefined
  /**
   * For `token`: the size of the bucket (default: the quota). For `leaky`: how many may come before their time
   * (default 0).
   */
  readonly burst?: number | undefined
  /** @default 'requests' */
  readonly unit?: string | undefined
  /** @default 'all' */
  readonly per?: Per | undefined
  /** @default 'default', then 'limit-2' and so on */
  readonly name?: string | undefined
}
