import type { Duration } from 'sluice'

/** Whose requests count together: everybody's, or those with the same API key, path or address. */
export type Per = 'all' | 'key' | 'path' | 'address'

/** How the state of the limits is told in the headers of every answer. */
export type Dialect = 'ietf' | 'ietf-legacy' | 'github' | 'openai' | 'anthropic' | 'none'

interface LimitBase {
  /** Name in headers. */
  readonly name: string
  readonly per: Per
  /** Unit that it counts, `requests` or `tokens`: a request that costs nothing in it is none of its business. */
  readonly unit: string
}

interface RateLimit extends LimitBase {
  /** How many are allowed per window. */
  readonly quota: number
  /** Milliseconds. */
  readonly window: number
}

/** A limit, checked and complete. */
export type Limit =
  | (RateLimit & { readonly kind: 'fixed' | 'sliding' })
  | (RateLimit & { readonly kind: 'token' | 'leaky'; readonly burst: number })
  | (LimitBase & { readonly kind: 'concurrent'; readonly quota: number })

/** Limit as text, `'fixed:100/min'` or `'sliding:200000 tokens/min'`, or as an object. */
export type LimitOption = string | LimitSpec

export interface LimitSpec {
  readonly kind: Limit['kind']
  readonly quota: number
  /** Needed by all but `concurrent`. */
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
