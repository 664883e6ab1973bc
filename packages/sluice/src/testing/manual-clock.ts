import type { Clock, Timer } from '../time/clock.ts'

interface ManualTimer extends Timer {
  readonly dueAt: number
  readonly order: number
  readonly fire: () => void
  cancelled: boolean
}

/**
 * A clock that stands still until a test advances it.
 *
 * Timers fire in order of their time, then of their creation, and all microtasks that a timer causes
 * finish before the next one fires. So a simulated hour takes milliseconds and is exact.
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

  /** Sets the date without advancing time, as an administrator or NTP does. */
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

  /** Number of pending timers. More than 0 at the end of a test means that something still waits. */
  get pending(): number {
    return this.#timers.filter((timer) => !timer.cancelled).length
  }

  /** Advances time by `milliseconds`, firing the timers that fall due. */
  async advance(milliseconds: number): Promise<void> {
    await this.#runUntil(this.#now + milliseconds)
  }

  /**
   * Advances time until `work` has settled, and returns or throws its outcome.
   *
   * @throws Error if no timer is pending, or `limit` milliseconds (default: an hour) have passed.
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

/** Lets all promises settle that can settle without time passing. */
function drain(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
