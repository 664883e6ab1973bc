import type { Rate } from '../algorithms/rate/rate.ts'
import type { QuotaMemory, RememberedSend } from '../policies/admission/gates/rate-gate.ts'

/** Longest window in milliseconds that is paced; longer ones are quotas, which a client remembers. */
const longestPacedWindow = 60_000

/**
 * Pause in milliseconds after the last request of a round, so that the given rates hold across rounds, each of which
 * has its own client: two even gaps of the slowest rate, since requests may be one gap early.
 */
export function restForRates(rates: readonly Rate[], burst: number): number {
  const gaps = rates.filter(({ per }) => per <= longestPacedWindow).map(({ count, per }) => (2 * per * burst) / count)
  return Math.max(0, ...gaps)
}

/** Quota memory shared by all rounds. Its size is bounded by the benchmark. */
export class RoundQuotas implements QuotaMemory {
  readonly #sends = new Map<string, RememberedSend[]>()

  recall(quota: string): readonly RememberedSend[] {
    return this.#sends.get(quota) ?? []
  }

  record(quota: string, send: RememberedSend): void {
    const sends = this.#sends.get(quota)
    if (sends === undefined) this.#sends.set(quota, [send])
    else sends.push(send)
  }
}
