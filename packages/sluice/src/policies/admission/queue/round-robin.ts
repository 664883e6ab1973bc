import { Heap } from '../../../algorithms/heap.ts'
import { Queue } from '../../../algorithms/queue.ts'
import type { Clock, Timer } from '../../../time/clock.ts'
import type { Partition } from './partitions.ts'

/** Round robin over partitions: those that may have a call to send, and those that sleep until a known moment. */
export class RoundRobin {
  readonly #ready = new Queue<Partition>()
  readonly #sleepers = new Heap<{ readonly at: number; readonly partition: Partition }>((a, b) => a.at < b.at)

  get isEmpty(): boolean {
    return this.#ready.size === 0
  }

  /** Earliest moment at which a sleeping partition may continue; Infinity if none sleeps. */
  get nextWakeAt(): number {
    for (let next = this.#sleepers.peek(); next !== undefined; next = this.#sleepers.peek()) {
      if (next.partition.wakesAt === next.at) return next.at
      this.#sleepers.pop()
    }
    return Number.POSITIVE_INFINITY
  }

  /** Partition to ask next. It stays at the front until it is moved to the back or put to sleep. */
  front(): Partition | undefined {
    return this.#ready.peek()
  }

  add(partition: Partition): void {
    if (partition.isReady) return
    partition.isReady = true
    this.#ready.push(partition)
  }

  moveFrontToBack(): void {
    if (this.#ready.size > 1) this.#ready.push(this.#ready.shift()!)
  }

  /** Removes the front until `at`, or until it is added again if `at` is undefined. */
  putFrontToSleep(at: number | undefined): void {
    const partition = this.#ready.shift()!
    partition.isReady = false
    if (at !== undefined && at !== partition.wakesAt) this.#sleepers.push({ at, partition })
    partition.wakesAt = at
  }

  /** Adds the partitions that are due. */
  wake(now: number): void {
    for (let next = this.#sleepers.peek(); next !== undefined && next.at <= now; next = this.#sleepers.peek()) {
      this.#sleepers.pop()
      // An entry is stale if its partition was asked again since, and sleeps until another moment or not at all.
      if (next.partition.wakesAt !== next.at) continue
      next.partition.wakesAt = undefined
      if (next.partition.queue.size > 0) this.add(next.partition)
    }
  }
}

/** Single timer for the earliest moment at which a call may continue. */
export class WakeTimer {
  readonly #clock: Clock
  readonly #wake: () => void
  #timer: Timer | undefined
  #at = Number.POSITIVE_INFINITY

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  /** Sets the moment at which the timer fires, replacing any earlier setting. With Infinity it never fires. */
  set(at: number, now: number): void {
    if (at === this.#at && this.#timer !== undefined) return
    this.cancel()
    this.#at = at
    if (at === Number.POSITIVE_INFINITY) return
    this.#timer = this.#clock.timer(at - now, () => {
      this.#timer = undefined
      this.#wake()
    })
  }

  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}

/** Round robin over runs that supply calls when there is room for more. A run that supplied a call moves to the end. */
export class Demand {
  #listeners: readonly (() => void)[] = []

  get isEmpty(): boolean {
    return this.#listeners.length === 0
  }

  /** Registers `listener`, called when more calls may be wanted. Returns a function that removes it. */
  add(listener: () => void): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  /** Calls the listeners in order while more calls are wanted. `calls` counts those that wait or are in flight. */
  ask(isWanted: () => boolean, calls: () => number): void {
    for (const listener of this.#listeners) {
      if (!isWanted()) return
      const before = calls()
      listener()
      if (calls() > before) this.#askLast(listener)
    }
  }

  clear(): void {
    this.#listeners = []
  }

  #askLast(listener: () => void): void {
    if (this.#listeners.length < 2 || !this.#listeners.includes(listener)) return
    this.#listeners = [...this.#listeners.filter((other) => other !== listener), listener]
  }
}
