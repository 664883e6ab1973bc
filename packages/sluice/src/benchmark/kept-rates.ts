import type { Rate } from '../algorithms/rate/rate.ts'
import type { QuotaMemory, RememberedSend } from '../policies/admission/gates/rate-gate.ts'

/** Windows that are longer are quotas, which a client remembers. */
const longestPacedWindow = 60_000

/**
 * Milliseconds after the last request of a round in which the next one begins nothing, so that rates that were given hold
 * from round to round too, though each has a client of its own: two even gaps of the slowest rate, since requests may run
 * ahead of their even places by one.
 */
export function restForRates(rates: readonly Rate[], burst: number): number {
  const gaps = rates.filter(({ per }) => per <= longestPacedWindow).map(({ count, per }) => (2 * per * burst) / count)
  return Math.max(0, ...gaps)
}

/** Lets quotas hold over all rounds. It is as large as the benchmark. */
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
