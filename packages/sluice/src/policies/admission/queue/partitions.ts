import type { Emitter } from '../../../events/emitter.ts'
import type { Gate } from '../gates/gate.ts'
import { type WaitLedger, WaitReason } from './wait-ledger.ts'
import { WaitingQueue } from './waiting-queue.ts'

/** Calls that share limits, and the queue in which they wait for them. */
export class Partition {
  readonly name: string
  readonly gates: readonly Gate[]
  readonly queue: WaitingQueue = new WaitingQueue()
  readonly reason: WaitReason
  inFlight = 0
  /** Attempts held back until the results of their run are read. */
  heldBack = 0
  /** Whether a quota for a part of the API holds the first of the queue, which says nothing about the others. */
  isHeldInPart = false
  /** Whether it is in the round robin. Set by `RoundRobin`, as is `wakesAt`. */
  isReady = false
  /** When its gates may open, if they said so; while it waits. */
  wakesAt: number | undefined

  constructor(name: string, gates: readonly Gate[], waits: WaitLedger, events: Emitter) {
    this.name = name
    this.gates = gates
    this.reason = new WaitReason(waits, events, name)
  }

  /** Whether nothing would be lost by forgetting it. */
  isForgettable(now: number): boolean {
    return this.inFlight === 0 && this.queue.size + this.heldBack === 0 && this.gates.every((gate) => gate.isFresh(now))
  }
}

/** Partitions beyond this many are forgotten while they are idle. */
const maxIdle = 1_000

/** Partitions by name. Those that nothing would be lost by forgetting are dropped, so that a run over millions of hosts stays small. */
export class Partitions {
  readonly #make: (name: string) => Partition
  readonly #byName = new Map<string, Partition>()
  #sweepAt = maxIdle

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

  /** The next sweep comes at twice the size, so that sweeping stays cheap. */
  #sweep(now: number): void {
    for (const [name, partition] of this.#byName) if (partition.isForgettable(now)) this.#byName.delete(name)
    this.#sweepAt = Math.max(maxIdle, this.#byName.size * 2)
  }
}
