import type { Random } from '../../random/random.ts'

/** Bounds of the backoff in ms. */
export interface BackoffSettings {
  /** Upper bound of the first wait, which is random from 0. */
  readonly base: number
  /** Maximum wait. */
  readonly cap: number
}

/**
 * Wait in ms before retry number `retry` (from 1): exponential with full jitter, `random x min(cap, base x 2^(n-1))`.
 *
 * Full jitter needs the fewest calls of all jitter variants compared by AWS (aws-samples/aws-arch-backoff-simulator).
 */
export function backoffDelay(retry: number, { base, cap }: BackoffSettings, random: Random): number {
  return random() * Math.min(cap, base * 2 ** Math.min(retry - 1, 1_000))
}

/** Reason of a retry: the server failed, or refused without stating a wait. */
export type RetryKind = 'transient' | 'throttled'

export interface RetryBudgetOptions {
  /** Initial and maximum number of tokens. @default 500 */
  readonly size?: number
  /** Tokens for a retry after a failure. @default 14 */
  readonly transientCost?: number
  /** Tokens for a retry after a refusal without a hint. @default 5 */
  readonly throttledCost?: number
}

/**
 * Tokens for retries, shared by all calls to one server, which keep retries from multiplying the load on a dead
 * server.
 *
 * The quota of the AWS SDKs' standard mode, version of 2026 (botocore `retries/quota.py`, smithy-typescript
 * `util-retry`). A retry takes tokens; a success at the first attempt returns one, a success after a retry returns the
 * tokens of that last retry. There is no clock: if everything fails, 500 tokens are 35 retries, and after that every
 * call has one attempt. Failures of 5 % take 0.7 tokens per item, before refunds, against 0.95 earned, and never empty
 * it; from about 21 % on, more is lost than earned. A retry after a pause that the server itself requested is free,
 * and does not use the budget.
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

  /** Remaining tokens, from 0 to the size. */
  get level(): number {
    return this.#level
  }

  /** True if there are enough tokens. Takes none. */
  mayRetry(kind: RetryKind): boolean {
    return this.#level >= this.#costs[kind]
  }

  /** Takes the tokens of one retry, as far as available. Returns their number, to be passed to `onSuccess`. */
  take(kind: RetryKind): number {
    const cost = Math.min(this.#costs[kind], this.#level)
    this.#level -= cost
    return cost
  }

  /** Counts a success. `lastCost` is the cost of the call's last retry; 0 for a success at the first attempt. */
  onSuccess(lastCost: number): void {
    this.#level = Math.min(this.#size, this.#level + (lastCost > 0 ? lastCost : 1))
  }
}
