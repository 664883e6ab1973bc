import { type PlaceClaim, PlaceLedger, placesValidFor } from '../algorithms/concurrency/place-ledger.ts'
import { PermitLedger } from '../algorithms/rate/permit-ledger.ts'
import type { SharedPace } from '../algorithms/rate/shared-pace.ts'
import { agedBy } from '../policies/admission/lessons.ts'
import { type LimitsBackend, LimitsSession } from '../policies/admission/limits-session.ts'
import type { Grant, HeldPlaces, Lesson, SharedLimits } from '../policies/admission/shared-limits.ts'
import { StoreError } from '../stores/errors.ts'
import { Cancellation } from '../time/cancellation.ts'
import type { Clock } from '../time/clock.ts'
import { waitFor } from '../time/sleep.ts'

/** How a network to shared limits is modelled. */
export interface MemoryLimitsOptions {
  readonly clock: Clock
  /** Milliseconds of a message one way, for each message anew. @default 0.5 */
  readonly way?: (() => number) | undefined
}

interface Told {
  readonly by: string
  readonly at: number
  readonly lesson: Lesson
}

/** Whoever was not heard of for so long is not active. */
const activeFor = 1_500

/** Shared limits within one process, on its clock, as if they were reached over a network: for tests and models. */
export class MemorySharedLimits {
  readonly #clock: Clock
  readonly #way: () => number
  readonly #rates = new Map<string, PermitLedger>()
  readonly #places = new Map<string, PlaceLedger>()
  readonly #seen = new Map<string, number>()
  readonly #heardUpTo = new Map<string, number>()
  readonly #told: Told[] = []
  #roundTrips = 0
  /** While it is down, whoever asks waits for an answer until it gives up. */
  isDown = false

  constructor({ clock, way }: MemoryLimitsOptions) {
    this.#clock = clock
    this.#way = way ?? (() => 0.5)
  }

  /** How often somebody asked. */
  get roundTrips(): number {
    return this.#roundTrips
  }

  /** The part of one process, by its name. */
  join(name: string, onError?: (error: unknown) => void): SharedLimits {
    return new LimitsSession({ backend: this.#backend(name), clock: this.#clock, onError })
  }

  #backend(name: string): LimitsBackend {
    return {
      reserve: (key, pace, units) => this.#ask(() => this.#reserve(key, pace, units)),
      hold: (key, limit, wish) => this.#ask(() => this.#hold(key, limit, name, wish)),
      sync: (lessons) => this.#ask(() => this.#sync(name, lessons)),
      leave: () => this.#ask(() => this.#leave(name)),
    }
  }

  async #ask<T>(answer: () => T): Promise<T> {
    this.#roundTrips++
    await this.#pass()
    const given = answer()
    await this.#pass()
    return given
  }

  async #pass(): Promise<void> {
    const never = new Cancellation()
    if (this.isDown) {
      await waitFor(this.#clock, 1_000, never)
      throw new StoreError('SLUICE_STORE', 'the shared limits cannot be reached')
    }
    await waitFor(this.#clock, this.#way(), never)
  }

  #reserve(key: string, pace: SharedPace, units: number): Grant {
    const at = this.#clock.now()
    return { at, ...madeOnce(this.#rates, key, () => new PermitLedger(pace)).reserve(at, units) }
  }

  #hold(key: string, limit: number, name: string, wish: PlaceClaim): HeldPlaces {
    const ledger = madeOnce(this.#places, key, () => new PlaceLedger(limit))
    return { places: ledger.hold(this.#clock.now(), name, wish), validFor: placesValidFor }
  }

  #sync(name: string, told: readonly Lesson[]): { active: number; lessons: Lesson[] } {
    const now = this.#clock.now()
    this.#seen.set(name, now)
    const from = this.#heardUpTo.get(name) ?? 0
    for (const lesson of told) this.#told.push({ by: name, at: now, lesson })
    this.#heardUpTo.set(name, this.#told.length)
    const lessons = this.#told.slice(from).flatMap(({ by, at, lesson }) => {
      const aged = by === name ? undefined : agedBy(lesson, now - at)
      return aged === undefined ? [] : [aged]
    })
    const active = Array.from(this.#seen.values()).filter((at) => now - at < activeFor).length
    return { active, lessons }
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
