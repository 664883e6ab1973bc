import type { Clock, Timer } from '../time/clock.ts'

interface ManualTimer extends Timer {
  readonly dueAt: number
  readonly order: number
  readonly fire: () => void
  cancelled: boolean
}

/**
 * A clock that stands still until a test moves it.
 *
 * Timers fire in the order of their time, then of their making, and everything a timer sets off (promises and what
 * follows from them) is finished before the next one fires. So a simulated hour takes milliseconds and is exact.
 */
export class ManualClock implements Clock {
  #now = 0
  #wallOffset: number
  #order = 0
  #timers: ManualTimer[] = []

  constructor(options: { readonly wallTime?: number } = {}) {
    this.#wallOffset = options.wallTime ?? Date.UTC(2026, 0, 1)
  }

  now(): number {
    return this.#now
  }

  wallTime(): number {
    return this.#now + this.#wallOffset
  }

  /** Sets the date without moving time, as an administrator or NTP does. */
  setWallTime(epochMilliseconds: number): void {
    this.#wallOffset = epochMilliseconds - this.#now
  }

  timer(delay: number, fire: () => void): Timer {
    const timer: ManualTimer = {
      dueAt: this.#now + Math.max(0, delay),
      order: this.#order++,
      fire,
      cancelled: false,
      cancel: () => {
        timer.cancelled = true
      },
    }
    insertSorted(this.#timers, timer)
    return timer
  }

  /** How many timers are set. A test that ends with more than none has left something waiting. */
  get pending(): number {
    return this.#timers.filter((timer) => !timer.cancelled).length
  }

  /** Moves time on by `milliseconds`, firing what falls due on the way. */
  async advance(milliseconds: number): Promise<void> {
    await this.#runUntil(this.#now + milliseconds)
  }

  /**
   * Moves time on until `work` has settled, and returns or throws as it did.
   *
   * @throws Error if nothing is left to wait for, or `limit` milliseconds (default: an hour) have passed.
   */
  async runUntilSettled<T>(work: Promise<T>, limit = 3_600_000): Promise<T> {
    let settled = false
    const done = work.finally(() => {
      settled = true
    })
    done.catch(() => {})
    const end = this.#now + limit
    await drain()
    while (!settled) {
      const next = this.#nextTimer()
      if (next === undefined) {
        await drain()
        if (settled || this.#nextTimer() !== undefined) continue
        throw new Error(`the work waits for something other than the clock, ${this.#now} ms in`)
      }
      if (next.dueAt > end) throw new Error(`the work was not done after ${limit} ms`)
      await this.#runUntil(next.dueAt)
    }
    return done
  }

  async #runUntil(end: number): Promise<void> {
    await drain()
    for (let timer = this.#nextTimer(); timer !== undefined && timer.dueAt <= end; timer = this.#nextTimer()) {
      this.#timers.shift()
      this.#now = timer.dueAt
      timer.fire()
      await drain()
    }
    this.#now = Math.max(this.#now, end)
  }

  #nextTimer(): ManualTimer | undefined {
    while (this.#timers[0]?.cancelled === true) this.#timers.shift()
    return this.#timers[0]
  }
}

function insertSorted(timers: ManualTimer[], timer: ManualTimer): void {
  let low = 0
  let high = timers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (timers[middle]!.dueAt <= timer.dueAt) low = middle + 1
    else high = middle
  }
  timers.splice(low, 0, timer)
}

/** Lets every promise that can settle without time passing settle. */
function drain(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
