import { inWholeUnits, type Rate } from '../../../algorithms/rate/rate.ts'
import {
  canDelay,
  longestPacedWindow,
  type SharedPace,
  sharedPace,
  sliceOf,
} from '../../../algorithms/rate/shared-pace.ts'

/** Consequences of the number of active processes for a rate. */
export interface Share {
  readonly active: number
  readonly pace: SharedPace
  readonly slice: number
  /** True if a slice is so small that late sends delay what follows, in place of giving up permits. */
  readonly isSlow: boolean
  /** True if a late send can delay the permits of its window. */
  readonly canDelay: boolean
}

/** Maximum slice of a slow rate. Of a larger one, the permit after a late one is used in its place. */
const smallSlice = 3

/** Share of one process in a rate, calculated once for each number of active processes. */
export class RateShare {
  readonly #rate: Rate
  readonly #isExclusive: boolean
  #share: Share | undefined

  /** @param isExclusive True if only one process at a time has calls to admit, and thus reserves permits. */
  constructor(rate: Rate, isExclusive: boolean) {
    this.#rate = rate
    this.#isExclusive = isExclusive
  }

  among(active: number): Share {
    if (this.#share?.active === active) return this.#share
    const rate = this.#rate
    const slice = sliceOf(rate, active)
    const { count } = inWholeUnits(rate)
    this.#share = {
      active,
      pace: sharedPace(rate, 1, active),
      slice,
      // Larger slices, of which each process may hold two, must leave permits of the window that can be delayed.
      isSlow: rate.per <= longestPacedWindow && (slice === 1 || (slice <= smallSlice && 2 * active * slice < count)),
      canDelay: this.#isExclusive || canDelay(rate, active),
    }
    return this.#share
  }
}
