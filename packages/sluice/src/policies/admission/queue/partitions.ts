import type { Emitter } from '../../../events/emitter.ts'
import type { Clock } from '../../../time/clock.ts'
import type { Attempt, HeadListener } from '../../attempt.ts'
import type { Judgement } from '../../classify.ts'
import type { Outcome } from '../../outcome.ts'
import type { Gate } from '../gates/gate.ts'
import { QueuePace } from './queue-pace.ts'
import { type WaitLedger, WaitReason } from './wait-ledger.ts'
import { WaitingQueue } from './waiting-queue.ts'

export interface PartitionSettings {
  readonly clock: Clock
  readonly events: Emitter
  /** Creates the limits of one partition. */
  readonly partitionGates: (partition: string) => readonly Gate[]
  readonly judge: (outcome: Outcome) => Judgement
}

/** Calls that share limits, and the queue in which they wait. */
export class Partition implements HeadListener {
  readonly name: string
  readonly gates: readonly Gate[]
  readonly queue: WaitingQueue = new WaitingQueue()
  readonly pace: QueuePace = new QueuePace()
  readonly reason: WaitReason
  readonly #settings: PartitionSettings
  inFlight = 0
  /** Attempts held back until the results of their run have been read. */
  heldBack = 0
  /** True if a quota for a part of the API holds the first of the queue, but possibly not the others. */
  isHeldInPart = false
  /** True if it is in the round robin. Set by `RoundRobin`, as is `wakesAt`. */
  isReady = false
  /** Moment at which its gates may open, while it waits; undefined if unknown. */
  wakesAt: number | undefined

  constructor(name: string, settings: PartitionSettings, waits: WaitLedger) {
    this.name = name
    this.gates = settings.partitionGates(name)
    this.reason = new WaitReason(waits, settings.events, name)
    this.#settings = settings
  }

  /** Processes the head of a refusal, so that the pause it requests starts before its body has ended. */
  onHead(attempt: Attempt, status: number, headers: Readonly<Record<string, string>>): void {
    const { clock, judge } = this.#settings
    const { verdict, retryAfter, isForAll } = judge({ kind: 'response', response: { status, headers, body: noBody } })
    if (verdict !== 'throttled' || retryAfter === undefined || !isForAll) return
    for (const gate of this.gates) gate.refused?.(attempt, clock.now() + retryAfter)
  }

  /** True if it can be discarded without loss. */
  isForgettable(now: number): boolean {
    return this.inFlight === 0 && this.queue.size + this.heldBack === 0 && this.gates.every((gate) => gate.isFresh(now))
  }
}

const noBody = new Uint8Array()

/** Above this number, idle partitions are dropped. */
const maxIdle = 1_000

/** Partitions by name. Those without state are dropped, so that a run over millions of hosts uses little memory. */
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

  /** All partitions, or the one of this name if it is known. */
  all(name?: string): Iterable<Partition> {
    if (name === undefined) return this.#byName.values()
    const partition = this.#byName.get(name)
    return partition === undefined ? [] : [partition]
  }

  /** The next sweep runs at twice the size, so that sweeping stays cheap. */
  #sweep(now: number): void {
    for (const [name, partition] of this.#byName) if (partition.isForgettable(now)) this.#byName.delete(name)
    this.#sweepAt = Math.max(maxIdle, this.#byName.size * 2)
  }
}
