import type { Cancellation } from '../../time/cancellation.ts'
import type { Clock } from '../../time/clock.ts'
import { waitFor } from '../../time/sleep.ts'
import { unlessCancelled } from '../unless-cancelled.ts'

/** Interval in milliseconds of checking the calls in flight. */
const lookInterval = 20

export interface SoloSettings {
  readonly clock: Clock
  /** Number of calls of the worker in flight. */
  readonly inFlight: () => number
  /** Called when calls may start again. */
  readonly onFree: () => void
}

/** Runs one thing at a time with nothing else of the worker in flight: if the worker dies then, the cause is known. */
export class Solo {
  readonly #settings: SoloSettings
  #last: Promise<void> = Promise.resolve()
  #isTaken = false

  constructor(settings: SoloSettings) {
    this.#settings = settings
  }

  /** True while no other call may start. */
  get isTaken(): boolean {
    return this.#isTaken
  }

  /** Runs `work` once nothing else is in flight; not at all if it is cancelled before that. */
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
