import type { Random } from '../../random/random.ts'

/** Bounds of the backoff in ms. */
export interface BackoffSettings {
  /** The first wait is spread from 0 to this. */
  readonly base: number
  /** No wait is longer than this. */
  readonly cap: number
}

/**
 * Wait in ms before retry number `retry` (from 1): exponential with full jitter, `random x min(cap, base x 2^(n-1))`.
 *
 * Full jitter needs the fewest calls of all jitters that AWS compared (aws-samples/aws-arch-backoff-simulator).
 */
export function backoffDelay(retry: number, { base, cap }: BackoffSettings, random: Random): number {
  return random() * Math.min(cap, base * 2 ** Math.min(retry - 1, 1_000))
}

/** Reason of a retry: the server failed, or refused without saying for how long. */
export type RetryKind = 'transient' | 'throttled'

export interface RetryBudgetOptions {
  /** Tokens at first, and at most: 500. */
  readonly size?: number
  /** Tokens for a retry after a failure: 14. */
  readonly transientCost?: number
  /** Tokens for a retry after a refusal without a hint: 5. */
  readonly throttledCost?: number
}

/**
 * Tokens for retries, shared by all calls to one server: what keeps retries from multiplying the load on a dead one.
 *
 * The quota of the AWS SDKs' standard mode in its version of 2026 (botocore `retries/quota.py`, smithy-typescript
 * `util-retry`). A retry takes tokens; a success at the first attempt gives one back, a success after a retry gives back
 * what that last retry took. It has no clock: with everything failing, 500 tokens are 35 retries, and after that every
 * call has one attempt. Failures of 5 % take 0.7 tokens per item, before refunds, against 0.95 earned, and never empty
 * it; from about 21 % on more is lost than earned. A retry after a pause that the server itself requested is free,
 * and does not come here.
 */
export class RetryBudget {
  readonly #size: number
  readonly #costs: Readonly<Record<RetryKind, number>>
  #level: number

  constructor({ size = 500, transientCost = 14, throttledCost = 5 }: RetryBudgetOptions = {}) {
    this.#size = size
    this.#costs = { transient: transientCost, throttled: throttledCost }
    this.#level = size
  }

  /** The tokens left, from 0 to the size. */
  get level(): number {
    return this.#level
  }

  /** True if there are enough tokens. Takes none. */
  mayRetry(kind: RetryKind): boolean {
    return this.#level >= this.#costs[kind]
  }

  /** Takes the tokens of one retry, as far as there are any, and answers with their number: to be handed to `onSuccess`. */
  take(kind: RetryKind): number {
    const cost = Math.min(this.#costs[kind], this.#level)
    this.#level -= cost
    return cost
  }

  /** Counts a success: `lastCost` is what the last retry of that call took, 0 when the first attempt succeeded. */
  onSuccess(lastCost: number): void {
    this.#level = Math.min(this.#size, this.#level + (lastCost > 0 ? lastCost : 1))
  }
}
