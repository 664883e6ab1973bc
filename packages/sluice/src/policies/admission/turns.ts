import { Heap } from '../../algorithms/heap.ts'
import { Queue } from '../../algorithms/queue.ts'
import type { Partition } from './partition.ts'

/** Whose turn it is: the lines that may have something to send, and those that sleep until a known moment. */
export class Turns {
  readonly #ready = new Queue<Partition>()
  readonly #sleepers = new Heap<{ readonly at: number; readonly partition: Partition }>((a, b) => a.at < b.at)

  get isEmpty(): boolean {
    return this.#ready.size === 0
  }

  /** The earliest moment at which a sleeping line may go on; Infinity if none sleeps. */
  get nextWakeAt(): number {
    for (let next = this.#sleepers.peek(); next !== undefined; next = this.#sleepers.peek()) {
      if (next.partition.wakesAt === next.at) return next.at
      this.#sleepers.pop()
    }
    return Number.POSITIVE_INFINITY
  }

  /** The line whose turn it is. It keeps its turn until it is taken out or sent to the back. */
  front(): Partition | undefined {
    return this.#ready.peek()
  }

  add(partition: Partition): void {
    if (partition.isReady) return
    partition.isReady = true
    this.#ready.push(partition)
  }

  /** The others have their turn before the line at the front has its next. */
  frontToTheBack(): void {
    if (this.#ready.size > 1) this.#ready.push(this.#ready.shift()!)
  }

  /** Takes the line at the front out until `at`; without it, until somebody adds it again. */
  frontToSleep(at: number | undefined): void {
    const partition = this.#ready.shift()!
    partition.isReady = false
    if (at !== undefined && at !== partition.wakesAt) this.#sleepers.push({ at, partition })
    partition.wakesAt = at
  }

  /** Adds the lines whose moment has come. */
  wake(now: number): void {
    for (let next = this.#sleepers.peek(); next !== undefined && next.at <= now; next = this.#sleepers.peek()) {
      this.#sleepers.pop()
      // It may have been asked again since: then it sleeps until another moment, or not at all.
      if (next.partition.wakesAt !== next.at) continue
      next.partition.wakesAt = undefined
      if (next.partition.line.size > 0) this.add(next.partition)
    }
  }
}
