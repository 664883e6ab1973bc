import { WindowedPercentile } from '../../algorithms/histogram/duration-buckets.ts'
import type { HedgeSettings } from './options.ts'

/** Nothing is taken for slow before so many milliseconds: a second request takes that long by itself. */
const shortest = 20
/** Second attempts that may have been saved up: trouble must not begin with a flood of them. */
const mostSaved = 10

/** State of one partition: which duration is slow there, and how many second attempts are left. */
export class HedgeBudget {
  readonly #settings: HedgeSettings
  readonly #durations = new WindowedPercentile(95)
  #left = 0

  constructor(settings: HedgeSettings) {
    this.#settings = settings
  }

  /** How long an attempt is waited for alone, in milliseconds; nothing while that is not known. */
  get delay(): number | undefined {
    if (this.#settings.after !== undefined) return this.#settings.after
    const measured = this.#durations.value
    return measured === undefined ? undefined : Math.max(shortest, measured)
  }

  /** True if there is one left. Asking takes none. */
  get hasLeft(): boolean {
    return this.#left >= 1
  }

  take(): void {
    this.#left--
  }

  /** A first attempt has been sent and has ended: each earns its share of a second one. */
  onFirst(): void {
    this.#left = Math.min(mostSaved, this.#left + this.#settings.maxExtra)
  }

  onSuccess(now: number, duration: number): void {
    this.#durations.add(now, duration)
  }
}
