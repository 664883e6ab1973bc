import { WindowedPercentile } from '../../algorithms/histogram/duration-buckets.ts'
import type { HedgeSettings } from './options.ts'

/** Minimum delay in ms before a second attempt, which takes about as long itself. */
const shortest = 20
/** Maximum number of saved second attempts, so that an outage does not start with a flood of them. */
const maxSaved = 10

/** Hedging state of one partition: its slow duration, and the number of second attempts available. */
export class HedgeBudget {
  readonly #settings: HedgeSettings
  readonly #durations = new WindowedPercentile(95)
  #left = 0

  constructor(settings: HedgeSettings) {
    this.#settings = settings
  }

  /** Time in ms to wait for an attempt before a second one is sent; undefined while unknown. */
  get delay(): number | undefined {
    if (this.#settings.after !== undefined) return this.#settings.after
    const measured = this.#durations.value
    return measured === undefined ? undefined : Math.max(shortest, measured)
  }

  /** True if a second attempt is available. Does not use it up. */
  get hasLeft(): boolean {
    return this.#left >= 1
  }

  take(): void {
    this.#left--
  }

  /** Called when a first attempt has been sent and has ended: it earns a share of a second attempt. */
  onFirst(): void {
    this.#left = Math.min(maxSaved, this.#left + this.#settings.maxExtra)
  }

  onSuccess(now: number, duration: number): void {
    this.#durations.add(now, duration)
  }
}
