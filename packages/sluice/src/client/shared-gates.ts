import { formatRate, type Rate } from '../algorithms/rate/rate.ts'
import { LeasedConcurrencyGate } from '../policies/admission/leased-concurrency-gate.ts'
import { boundedLesson, Lessons } from '../policies/admission/lessons.ts'
import { PlaceLease } from '../policies/admission/place-lease.ts'
import type { Lesson, SharedLimits } from '../policies/admission/shared-limits.ts'
import { SlicedRateGate } from '../policies/admission/sliced-rate-gate.ts'
import type { Clock } from '../time/clock.ts'

export interface SharedGatesParts {
  readonly limits: SharedLimits
  readonly clock: Clock
  readonly burst: number
  /** Asks the line of one partition again, or all. */
  readonly wake: (partition?: string) => void
  /** How many wait in the line of one partition, or in all. */
  readonly waiting: (partition?: string) => number
  /** Tells a partition what was learned of it. Answers whether there is such a partition. */
  readonly hear: (lesson: Lesson) => boolean
}

/** Leases of partitions that are not used are forgotten from so many on. */
const keptLeases = 1_000

/** What a client has in common with other processes: gates that ask for permits and places, and what is told and heard. */
export class SharedGates {
  readonly #parts: SharedGatesParts
  readonly #leases = new Map<string, PlaceLease>()
  /** For partitions of which nothing was sent yet. */
  readonly #early = new Lessons()
  readonly #stopListening: () => void

  constructor(parts: SharedGatesParts) {
    this.#parts = parts
    this.#stopListening = parts.limits.onLesson((lesson) => this.#hear(lesson))
  }

  /** A rate of one partition, or of all together. */
  rate(rate: Rate, partition: string | undefined): SlicedRateGate {
    const { limits, clock, burst, wake } = this.#parts
    const source = limits.permits(`${partition ?? 'all'} ${formatRate(rate)}`, rate, burst)
    return new SlicedRateGate({ rate, source, clock, active: () => limits.active, onChange: () => wake(partition) })
  }

  /** Places of one partition, or of all together. */
  concurrency(name: string, limit: number, partition: string | undefined): LeasedConcurrencyGate {
    const key = partition === undefined ? 'concurrency' : `concurrency ${partition}`
    return new LeasedConcurrencyGate(name, limit, this.#lease(key, limit, partition))
  }

  /** What was told of a partition before it was met. */
  earlyLessons(partition: string): readonly Lesson[] {
    return this.#early.take(this.#parts.clock.now(), partition)
  }

  tell(lesson: Lesson): void {
    this.#parts.limits.tell(lesson)
  }

  get active(): number {
    return this.#parts.limits.active
  }

  /** Gives back the places. What is shared itself goes on. */
  async close(): Promise<void> {
    this.#stopListening()
    await Promise.all(Array.from(this.#leases.values(), (lease) => lease.close()))
  }

  #lease(key: string, limit: number, partition: string | undefined): PlaceLease {
    const { limits, clock, wake, waiting } = this.#parts
    if (this.#leases.size >= keptLeases) {
      for (const [name, lease] of this.#leases) if (lease.isIdle) this.#leases.delete(name)
    }
    let lease = this.#leases.get(key)
    if (lease === undefined) {
      const source = limits.places(key, limit)
      lease = new PlaceLease({
        source,
        limit,
        clock,
        active: () => limits.active,
        waiting: () => waiting(partition),
        onChange: () => wake(partition),
      })
      this.#leases.set(key, lease)
    }
    return lease
  }

  #hear(told: Lesson): void {
    const { clock, hear } = this.#parts
    const lesson = boundedLesson(told)
    if (!hear(lesson)) this.#early.add(clock.now(), lesson)
  }
}
