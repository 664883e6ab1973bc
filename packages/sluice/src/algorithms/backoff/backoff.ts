import type { Random } from '../../random/random.ts'

/** Bounds of the waits between attempts, in milliseconds. */
export interface BackoffSettings {
  /** The first wait is spread from 0 to this. */
  readonly base: number
  /** No wait is longer than this. */
  readonly cap: number
}

/**
 * How long to wait before retry number `retry` (from 1): exponential with full jitter, `random x min(cap, base x 2^(n-1))`.
 *
 * Of the jitters that AWS compared, full jitter needs the fewest calls for about the shortest time
 * (aws-samples/aws-arch-backoff-simulator).
 */
export function backoffDelay(retry: number, { base, cap }: BackoffSettings, random: Random): number {
  return random() * Math.min(cap, base * 2 ** Math.min(retry - 1, 1_000))
}
