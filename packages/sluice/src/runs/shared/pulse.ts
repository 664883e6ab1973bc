import type { Clock, Timer } from '../../time/clock.ts'

/** Milliseconds between two reports. */
const interval = 1_000
/** A gap between two reports, in milliseconds, after which the store may have been away for the others too. */
const longestGap = 2_500
/** Milliseconds without a gap before the silence of others counts as their death. */
const steadyFor = 6_000
/** Milliseconds after a report for which this worker is sure to hold its chunks: others wait a second longer. */
const leaseTime = 4_000

export interface PulseSettings {
  readonly clock: Clock
  /** Reports this worker. */
  readonly beat: () => Promise<unknown>
  /** Called after each report, with the milliseconds for which the chunks may have been another worker's before it. */
  readonly onBeat: (lostFor: number) => void
  readonly onFailure: (error: unknown) => void
}

/** Reports of a worker, about every second, whatever else it does: from its start until it has left, also while it drains. */
export class Pulse {
  readonly #settings: PulseSettings
  #timer: Timer | undefined
  /** The date of `heardAt`: a machine that was asleep may not have counted the time. */
  #heardDate: number
  #heardAt: number
  #steadySince: number
  #isEnded = false

  constructor(settings: PulseSettings) {
    this.#settings = settings
    this.#heardAt = settings.clock.now()
    this.#heardDate = settings.clock.wallTime()
    this.#steadySince = this.#heardAt
    void this.#beat()
  }

  /** True if no other worker can have taken the chunks of this one. Computed on each read, however long the process was suspended. */
  get isLeased(): boolean {
    const { clock } = this.#settings
    return clock.now() - this.#heardAt < leaseTime && clock.wallTime() - this.#heardDate < leaseTime
  }

  /** True if the store was there for long enough that a worker that is silent must be gone: after an outage all are silent. */
  get isSteady(): boolean {
    const now = this.#settings.clock.now()
    return now - this.#heardAt <= longestGap && now - this.#steadySince >= steadyFor
  }

  end(): void {
    this.#isEnded = true
    this.#timer?.cancel()
  }

  async #beat(): Promise<void> {
    const { clock, beat, onBeat, onFailure } = this.#settings
    const [sentAt, sentDate] = [clock.now(), clock.wallTime()]
    try {
      await beat()
      if (this.#isEnded) return
      if (clock.now() - this.#heardAt > longestGap) this.#steadySince = clock.now()
      const lostFor = Math.max(0, clock.now() - this.#heardAt - leaseTime)
      this.#heardAt = sentAt
      this.#heardDate = sentDate
      onBeat(lostFor)
    } catch (error) {
      if (this.#isEnded) return
      onFailure(error)
    }
    this.#timer = clock.timer(Math.max(0, sentAt + interval - clock.now()), () => void this.#beat())
  }
}
