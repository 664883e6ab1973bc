import type { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { waitFor } from '../../time/sleep.ts'
import { unlessCancelled } from './unless-cancelled.ts'

/** Milliseconds between two looks at what is in flight. */
const lookInterval = 20

export interface SoloSettings {
  readonly clock: Clock
  /** Calls of the worker in flight. */
  readonly inFlight: () => number
  /** Called when calls may start again. */
  readonly onFree: () => void
}

/** Does one thing at a time with nothing else of the worker in flight: if the worker dies then, it is known of what. */
export class Solo {
  readonly #settings: SoloSettings
  #last: Promise<void> = Promise.resolve()
  #isTaken = false

  constructor(settings: SoloSettings) {
    this.#settings = settings
  }

  /** True while no call may start but that which is alone. */
  get isTaken(): boolean {
    return this.#isTaken
  }

  /** Does `work` once nothing else is in flight; not at all if it is cancelled before that. */
  async alone(work: () => Promise<void>, cancellation: Cancellation): Promise<void> {
    const { clock, inFlight, onFree } = this.#settings
    const before = this.#last
    const turn = Promise.withResolvers<void>()
    this.#last = before.then(() => turn.promise)
    await unlessCancelled(before, cancellation)
    try {
      if (cancellation.cancelled) return
      this.#isTaken = true
      try {
        while (inFlight() > 0) if (!(await waitFor(clock, lookInterval, cancellation))) return
        await work()
      } finally {
        this.#isTaken = false
        onFree()
      }
    } finally {
      turn.resolve()
    }
  }
}
