import { inWholeUnits, type Rate } from './rate.ts'
import { SendLedger, type Sent } from './send-ledger.ts'
import { WayVariation } from './way-variation.ts'

/**
 * So much in a long window, whenever it is wanted: a quota of an hour or a day is spent as it is needed, and then waited
 * for. No window ever holds more than the quota.
 */
export class Quota {
  readonly #ledger: SendLedger
  readonly #way: WayVariation

  constructor(rate: Rate) {
    const { count, per } = inWholeUnits(rate)
    this.#ledger = new SendLedger(count, per)
    this.#way = new WayVariation(per)
  }

  /** Takes in what was sent before, in order: what is left of it counts on. */
  restore(sends: readonly { readonly at: number; readonly weight: number }[]): void {
    for (const { at, weight } of sends) this.#ledger.add(at, weight, this.#way.expect('usual'))
  }

  /** The earliest time from `now` on at which `weight` units may leave. */
  earliest(now: number, weight: number): number {
    return this.#ledger.earliest(now, weight)
  }

  /** Counts `weight` units as leaving at `now`. */
  take(now: number, weight: number): Sent {
    return this.#ledger.add(now, weight, this.#way.expect('usual'))
  }

  /** What was taken has been answered after `roundTrip` milliseconds, and so had arrived. */
  answered(sent: Sent, roundTrip: number): void {
    this.#ledger.arrived(sent, sent.at + this.#way.measure(roundTrip))
  }

  /** Whether it knows nothing that a new one would not know. */
  isFresh(now: number): boolean {
    return this.#ledger.isEmpty(now)
  }
}
