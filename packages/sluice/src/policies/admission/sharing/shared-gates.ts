import { SourceClock } from '../../../algorithms/rate/granted-permits.ts'
import type { Rate } from '../../../algorithms/rate/rate.ts'
import type { Clock } from '../../../time/clock.ts'
import { PermitGroup, permitWish } from './permit-group.ts'
import { LeasedConcurrencyGate, PlaceLease } from './place-lease.ts'
import { placesOfAll, type SharedLimits, type SharedSignal } from './shared-limits.ts'
import { boundedSignal, SignalBuffer } from './shared-signals.ts'
import { type PermitBounds, SlicedRateGate } from './sliced-rate-gate.ts'

export interface SharedGatesParts {
  readonly limits: SharedLimits
  readonly clock: Clock
  readonly burst: number
  /** Maximum number of calls in flight of one partition. @default no maximum */
  readonly perPartition?: number | undefined
  /** Asks the queue of one partition again, or all queues. */
  readonly wake: (partition?: string) => void
  /** Number of waiting calls in one partition, or in all. */
  readonly waiting: (partition?: string) => number
  /** Passes a signal to its partition. Returns false if there is no such partition. */
  readonly receive: (signal: SharedSignal) => boolean
}

/** Above this number, idle leases are dropped. */
const maxIdleLeases = 1_000

/** Limits that a client shares with other processes: gates that fetch permits and places, and exchanged signals. */
export class SharedGates {
  readonly #parts: SharedGatesParts
  readonly #leases = new Map<string, PlaceLease>()
  readonly #sourceClock = new SourceClock()
  /** Signals for partitions that are not known yet. */
  readonly #early = new SignalBuffer()
  readonly #stopListening: () => void

  constructor(parts: SharedGatesParts) {
    this.#parts = parts
    this.#stopListening = parts.limits.onSignal((signal) => this.#receive(boundedSignal(signal)))
  }

  /** Gates for the rates of one partition, or of all together. */
  rates(rates: readonly Rate[], partition: string | undefined): readonly SlicedRateGate[] {
    const { limits, clock, burst, perPartition, wake } = this.#parts
    const onChange = (): void => wake(partition)
    const subject = partition ?? 'all'
    const alone = {
      reserve: async (units: number, bounds: PermitBounds) =>
        (await limits.reserve([{ ...permitWish(subject, rates[0]!, burst, 1), ...bounds }], units))[0]!,
    }
    const source = rates.length === 1 ? alone : new PermitGroup({ limits, subject, burst, clock, onChange })
    const isExclusive = partition !== undefined && perPartition === 1
    const shared = { sourceClock: this.#sourceClock, active: () => limits.active, isExclusive }
    const common = { burst, source, clock, onChange, ...shared }
    return rates.map((rate) => new SlicedRateGate({ ...common, rate, release: () => limits.release(subject, rate) }))
  }

  /** Gate for the places in flight of one partition, or of all together. */
  concurrency(name: string, limit: number, partition: string | undefined): LeasedConcurrencyGate {
    const key = partition === undefined ? placesOfAll : `${placesOfAll} ${partition}`
    return new LeasedConcurrencyGate(name, limit, this.#lease(key, limit, partition))
  }

  /** Signals that arrived for a partition before it was known. */
  earlySignals(partition: string): readonly SharedSignal[] {
    return this.#early.take(this.#parts.clock.now(), partition)
  }

  publish(signal: SharedSignal): void {
    this.#parts.limits.publish(signal)
  }

  get active(): number {
    return this.#parts.limits.active
  }

  /** Releases the places. The shared limits themselves stay open. */
  async close(): Promise<void> {
    this.#stopListening()
    await Promise.all(Array.from(this.#leases.values(), (lease) => lease.close()))
  }

  #lease(key: string, limit: number, partition: string | undefined): PlaceLease {
    const { limits, clock, wake, waiting } = this.#parts
    if (this.#leases.size >= maxIdleLeases) {
      for (const [name, lease] of this.#leases) if (lease.isIdle) this.#leases.delete(name)
    }
    let lease = this.#leases.get(key)
    if (lease === undefined) {
      const source = limits.places(key, limit)
      lease = new PlaceLease({
        source,
        clock,
        active: () => limits.active,
        waiting: () => waiting(partition),
        onChange: () => wake(partition),
      })
      this.#leases.set(key, lease)
    }
    return lease
  }

  #receive(signal: SharedSignal): void {
    const { clock, receive } = this.#parts
    if (!receive(signal)) this.#early.add(clock.now(), signal)
  }
}
