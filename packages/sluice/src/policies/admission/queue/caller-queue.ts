import { Heap } from '../../../algorithms/heap.ts'
import type { WaitingAttempt } from './waiting-attempt.ts'

/** Callers of one priority. */
export interface Level {
  readonly priority: number
  /** Turn of the last call sent. */
  now: number
  readonly queues: Map<string, CallerQueue>
  sweepAt: number
}

/** Position of a caller among the others: its first attempt and the turn it waits for. */
export interface Rank {
  readonly queue: CallerQueue
  readonly first: WaitingAttempt
  readonly turn: number
}

/** Waiting attempts of one caller and priority, by first arrival. A retry keeps its place until it is requeued last. */
export class CallerQueue {
  readonly level: Level
  /** First turn not yet used by its calls. */
  turn = 0
  /** Rank of its first attempt, if there is one. Set by `WaitingQueue`. */
  rank: Rank | undefined
  readonly #heap = new Heap<WaitingAttempt>(cameBefore)
  /** Number of heap entries that have already left. */
  #gone = 0

  constructor(level: Level) {
    this.level = level
  }

  get size(): number {
    return this.#heap.size - this.#gone
  }

  /** All attempts: the first one first, the rest in no particular order. */
  *values(): Iterable<WaitingAttempt> {
    for (const waiting of this.#heap.values()) if (waiting.state === 'queued') yield waiting
  }

  push(waiting: WaitingAttempt): void {
    this.#heap.push(waiting)
  }

  first(): WaitingAttempt | undefined {
    for (let first = this.#heap.peek(); first !== undefined; first = this.#heap.peek()) {
      if (first.state === 'queued') return first
      this.#heap.pop()
      this.#gone--
    }
    return undefined
  }

  /** Removes an attempt whose state says that it has left. */
  onGone(waiting: WaitingAttempt): void {
    if (waiting === this.#heap.peek()) {
      this.#heap.pop()
      return
    }
    this.#gone++
    if (this.#gone > 64 && this.#gone * 2 > this.#heap.size) this.retain(() => true)
  }

  /** Removes all attempts that do not match. */
  retain(keep: (waiting: WaitingAttempt) => boolean): void {
    this.#heap.retain((waiting) => waiting.state === 'queued' && keep(waiting))
    this.#gone = 0
  }

  /** Number of its attempts that arrived before this one. */
  countBefore(waiting: WaitingAttempt): number {
    let count = 0
    for (const other of this.values()) if (cameBefore(other, waiting)) count++
    return count
  }
}

/** True if the call of `a` arrived first. */
export function cameBefore(a: WaitingAttempt, b: WaitingAttempt): boolean {
  return a.attempt.call.place < b.attempt.call.place
}
