import type { Partition } from './partition.ts'

/** Idle partitions beyond this many are forgotten. */
const kept = 1_000

/** The partitions that have been met, without those that nothing would be lost by forgetting. */
export class Partitions {
  readonly #make: (name: string) => Partition
  readonly #byName = new Map<string, Partition>()
  #sweepAt = kept

  constructor(make: (name: string) => Partition) {
    this.#make = make
  }

  get(name: string, now: number): Partition {
    let partition = this.#byName.get(name)
    if (partition === undefined) {
      if (this.#byName.size >= this.#sweepAt) this.#sweep(now)
      partition = this.#make(name)
      this.#byName.set(name, partition)
    }
    return partition
  }

  known(name: string): Partition | undefined {
    return this.#byName.get(name)
  }

  /** All of them, or the one of this name if it is known. */
  all(name?: string): Iterable<Partition> {
    if (name === undefined) return this.#byName.values()
    const partition = this.#byName.get(name)
    return partition === undefined ? [] : [partition]
  }

  /** A run over millions of hosts must not remember each of them. Twice as many make the next sweep, so it stays cheap. */
  #sweep(now: number): void {
    for (const [name, partition] of this.#byName) if (partition.isForgettable(now)) this.#byName.delete(name)
    this.#sweepAt = Math.max(kept, this.#byName.size * 2)
  }
}
