import { Heap } from '../../../algorithms/heap.ts'
import type { WaitingAttempt } from './waiting-attempt.ts'

/** Callers of one priority. */
export interface Level {
  readonly priority: number
  /** Turn of the call that went last. */
  now: number
  readonly queues: Map<string, CallerQueue>
  sweepAt: number
}

/** Place of a caller among the others: its first attempt, and the turn for which that waits. */
export interface Rank {
  readonly queue: CallerQueue
  readonly first: WaitingAttempt
  readonly turn: number
}

/** Waiting attempts of one caller with one priority, by first arrival: a retry keeps its place until its call is requeued last. */
export class CallerQueue {
  readonly level: Level
  /** First turn that its calls have not used. */
  turn = 0
  /** That of its first attempt, while it has one. Kept by `WaitingQueue`. */
  rank: Rank | undefined
  readonly #heap = new Heap<WaitingAttempt>(cameBefore)
  /** Entries of the heap that have left already. */
  #gone = 0

  constructor(level: Level) {
    this.level = level
  }

  get size(): number {
    return this.#heap.size - this.#gone
  }

  /** All of them, the first one first and the rest in no certain order. */
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

  /** Forgets one whose state says that it has left. */
  onGone(waiting: WaitingAttempt): void {
    if (waiting === this.#heap.peek()) {
      this.#heap.pop()
      return
    }
    this.#gone++
    if (this.#gone > 64 && this.#gone * 2 > this.#heap.size) this.retain(() => true)
  }

  /** Keeps only those that match. */
  retain(keep: (waiting: WaitingAttempt) => boolean): void {
    this.#heap.retain((waiting) => waiting.state === 'queued' && keep(waiting))
    this.#gone = 0
  }

  /** Number of its attempts that came before this one. */
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
