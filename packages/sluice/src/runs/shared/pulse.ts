import type { Clock, Timer } from '../../time/clock.ts'

/** Interval between two reports in milliseconds. */
const interval = 1_000
/** Maximum gap between reports in ms. After a longer one, the store may have been unavailable to other workers too. */
const longestGap = 2_500
/** Time in milliseconds without a gap before the silence of other workers counts as their death. */
const steadyFor = 6_000
/** Time in ms after a report for which this worker is sure to hold its chunks: other workers wait one second longer. */
const leaseTime = 4_000

export interface PulseSettings {
  readonly clock: Clock
  /** Reports this worker. */
  readonly beat: () => Promise<unknown>
  /** Called after each report, with the time in ms before it in which another worker may have held the chunks. */
  readonly onBeat: (lostFor: number) => void
  readonly onFailure: (error: unknown) => void
}

/**
 * Reports a worker about every second, whatever it does: from its start until it has left, including while it drains.
 */
export class Pulse {
  readonly #settings: PulseSettings
  #timer: Timer | undefined
  /** Wall time of `heardAt`: the monotonic clock may stop while the machine sleeps. */
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

  /** True if no other worker can have taken over the chunks. Computed on read: the process may have been suspended. */
  get isLeased(): boolean {
    const { clock } = this.#settings
    return clock.now() - this.#heardAt < leaseTime && clock.wallTime() - this.#heardDate < leaseTime
  }

  /** True if the store was available for so long that a silent worker must be dead: after an outage, all are silent. */
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
