import {
  ConcurrencyLeases,
  type HeldPlaces,
  type PlaceWish,
  placesValidFor,
} from '../algorithms/concurrency/concurrency-leases.ts'
import { PermitLedger, reserveTogether } from '../algorithms/rate/shared-pace.ts'
import { StoreError } from '../database/store-error.ts'
import {
  type LateWish,
  type LimitsBackend,
  LimitsSession,
  type PacedWish,
} from '../policies/admission/sharing/limits-session.ts'
import type { Grant, SharedLimits, SharedSignal } from '../policies/admission/sharing/shared-limits.ts'
import { agedBy } from '../policies/admission/sharing/shared-signals.ts'
import { Cancellation } from '../time/cancellation.ts'
import type { Clock } from '../time/clock.ts'
import { waitFor } from '../time/sleep.ts'

/** Network model of shared limits in memory. */
export interface MemoryLimitsOptions {
  readonly clock: Clock
  /** One-way delay of a message in milliseconds, to or from a process; called for each. @default 0.5 */
  readonly way?: ((name: string, isBack: boolean) => number) | undefined
}

interface Published {
  readonly by: string
  readonly at: number
  readonly signal: SharedSignal
}

/** Time in ms without an exchange after which a process counts as idle. */
const activeFor = 1_500

/** Shared limits in one process and on its clock, as if reached over a network: for tests and models. */
export class MemorySharedLimits {
  readonly #clock: Clock
  readonly #way: (name: string, isBack: boolean) => number
  readonly #rates = new Map<string, PermitLedger>()
  readonly #places = new Map<string, ConcurrencyLeases>()
  readonly #seen = new Map<string, number>()
  readonly #receivedUpTo = new Map<string, number>()
  readonly #published: Published[] = []
  #roundTrips = 0
  /** While true, every request fails after a second. */
  isDown = false

  constructor({ clock, way }: MemoryLimitsOptions) {
    this.#clock = clock
    this.#way = way ?? (() => 0.5)
  }

  /** Number of requests. */
  get roundTrips(): number {
    return this.#roundTrips
  }

  /** Shared limits as used by the process of this name. */
  join(name: string, onError?: (error: unknown) => void): SharedLimits {
    return new LimitsSession({ backend: this.#backend(name), clock: this.#clock, onError })
  }

  #backend(name: string): LimitsBackend {
    const ask = <T>(answer: () => T): Promise<T> => this.#ask(name, answer)
    return {
      reserve: (wishes, calls) => ask(() => this.#reserve(wishes, calls)),
      putOff: (late) => ask(() => this.#putOff(late)),
      // Each rate applies to its own users only.
      release: () => ask(() => undefined),
      hold: (key, limit, wish) => ask(() => this.#hold(key, limit, name, wish)),
      handed: () => ask(() => this.#handed(name)),
      sync: (signals) => ask(() => this.#sync(name, signals)),
      leave: () => ask(() => this.#leave(name)),
    }
  }

  async #ask<T>(name: string, answer: () => T): Promise<T> {
    this.#roundTrips++
    await this.#pass(name, false)
    const given = answer()
    await this.#pass(name, true)
    return given
  }

  async #pass(name: string, isBack: boolean): Promise<void> {
    const never = new Cancellation()
    if (this.isDown) {
      await waitFor(this.#clock, 1_000, never)
      throw new StoreError('SLUICE_STORE', 'the shared limits cannot be reached')
    }
    await waitFor(this.#clock, this.#way(name, isBack), never)
  }

  #reserve(wishes: readonly PacedWish[], calls: number): readonly Grant[] {
    const at = this.#clock.now()
    const known = wishes.map(({ key, pace, units, unused }) => {
      const ledger = madeOnce(this.#rates, key, () => new PermitLedger(pace))
      ledger.setPace(pace)
      if (unused !== undefined) ledger.takeBack(unused)
      return { ledger, units, tolerance: pace.kind === 'paced' ? pace.tolerance : undefined }
    })
    return reserveTogether(at, known, calls).map((given) => ({ at, ...given }))
  }

  #putOff(late: LateWish): void {
    this.#rates.get(late.key)?.putOff(late, late)
  }

  #hold(key: string, limit: number, name: string, wish: PlaceWish): HeldPlaces {
    const ledger = madeOnce(this.#places, key, () => new ConcurrencyLeases(limit))
    ledger.limit = limit
    return { places: ledger.hold(this.#clock.now(), name, wish), validFor: placesValidFor }
  }

  #handed(name: string): ReadonlyMap<string, HeldPlaces> {
    const all = Array.from(this.#places, ([key, ledger]) => [key, ledger.handed(this.#clock.now(), name)] as const)
    return new Map(all.flatMap(([key, handed]) => (handed === undefined ? [] : [[key, handed]])))
  }

  #sync(name: string, published: readonly SharedSignal[]): { active: number; signals: SharedSignal[] } {
    const now = this.#clock.now()
    this.#seen.set(name, now)
    const from = this.#receivedUpTo.get(name) ?? 0
    for (const signal of published) this.#published.push({ by: name, at: now, signal })
    this.#receivedUpTo.set(name, this.#published.length)
    const signals = this.#published.slice(from).flatMap(({ by, at, signal }) => {
      const aged = by === name ? undefined : agedBy(signal, now - at)
      return aged === undefined ? [] : [aged]
    })
    const active = Array.from(this.#seen.values()).filter((at) => now - at < activeFor).length
    return { active, signals }
  }

  #leave(name: string): void {
    this.#seen.delete(name)
    const now = this.#clock.now()
    for (const ledger of this.#places.values()) ledger.hold(now, name, { inFlight: 0, holding: 0, wanted: 0 })
  }
}

function madeOnce<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
