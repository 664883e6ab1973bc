import type { HeldPlaces, PlaceWish } from '../../../algorithms/concurrency/concurrency-leases.ts'
import { ExchangeTimes } from '../../../algorithms/rate/exchange-times.ts'
import { formatRate, inWholeUnits, type Rate } from '../../../algorithms/rate/rate.ts'
import { type LateSend, type SharedPace, sharedPace, type UnusedPermits } from '../../../algorithms/rate/shared-pace.ts'
import type { Clock, Timer } from '../../../time/clock.ts'
import { HandedPlaces } from './handed-places.ts'
import {
  type Grant,
  type PermitSource,
  type PermitWish,
  type PlaceSource,
  placesOfAll,
  type SharedLimits,
  type SharedSignal,
} from './shared-limits.ts'
import { SignalBuffer } from './shared-signals.ts'

/** Units of one limit that each call takes. All paced limits of a subject and unit apply to its calls. */
export interface PacedWish {
  readonly subject: string
  readonly key: string
  readonly unit: string
  readonly pace: SharedPace
  readonly units: number
  readonly unused?: UnusedPermits | undefined
  readonly after?: number | undefined
}

/** Late send of a paced rate, whose limit allows `count` in `per` ms. */
export interface LateWish extends LateSend {
  readonly subject: string
  readonly key: string
  readonly count: number
  readonly per: number
}

/** Server of shared limits, such as a database. Each method is one round trip and rejects if there is no response. */
export interface LimitsBackend {
  /** Reserves permits for up to `calls` calls, each of which takes `units` of every limit at the same instant. */
  reserve(wishes: readonly PacedWish[], calls: number): Promise<readonly Grant[]>
  /** Postpones the permits after a late send. */
  putOff(late: LateWish): Promise<void>
  /** Ends the use of a rate, unless another process reserves from it. */
  release(key: string): Promise<void>
  hold(key: string, limit: number, wish: PlaceWish): Promise<HeldPlaces>
  /** Places of any key granted to this process, since it last requested that key, because others released them. */
  handed(): Promise<ReadonlyMap<string, HeldPlaces>>
  /**
   * Reports this process as active and publishes its signals. Returns the active processes and the others' new
   * signals.
   */
  sync(
    signals: readonly SharedSignal[],
  ): Promise<{ readonly active: number; readonly signals: readonly SharedSignal[] }>
  /** Removes this process and releases its places. */
  leave(): Promise<void>
}

export interface LimitsSessionSettings {
  readonly backend: LimitsBackend
  readonly clock: Clock
  /** Called when the backend fails. Calls wait until it recovers. @default none */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Maximum time that a reservation starts after its request, in lifetimes of a permit: what is between is lost to all. */
const longestLead = 10
/** Interval of exchanges in ms while in use. With many processes it is `ofEach` per process, up to one second. */
const syncEvery = 250
const syncEveryOfMany = 500
const ofEach = 5
/** Maximum delay in ms before a pause or a change of the breaker is published. */
const publishWithin = 50
/** Time in ms without a request after which this process counts as idle. */
const idleAfter = 2_000
/** Wait in ms after a failed exchange. */
const retryAfter = 1_000

/** Shared limits as seen by one process: calls a backend, and exchanges signals with other processes while in use. */
export class LimitsSession implements SharedLimits {
  readonly #settings: LimitsSessionSettings
  readonly #listeners = new Set<(signal: SharedSignal) => void>()
  readonly #outbox = new SignalBuffer()
  readonly #exchanges = new ExchangeTimes()
  readonly #handedPlaces: HandedPlaces
  readonly #reserving = new Set<Promise<unknown>>()
  #active = 1
  #places: number | undefined
  #usedAt = Number.NEGATIVE_INFINITY
  #timer: Timer | undefined
  #timerAt = Number.POSITIVE_INFINITY
  #syncing: Promise<void> | undefined
  #isClosed = false

  constructor(settings: LimitsSessionSettings) {
    this.#settings = settings
    this.#handedPlaces = new HandedPlaces(settings.clock, () => this.#use((backend) => backend.handed()))
  }

  get active(): number {
    return this.#active
  }

  permits(key: string, rate: Rate, burst: number): PermitSource {
    const wishes = [{ subject: key, key, unit: '', pace: sharedPace(rate, burst), units: 1 }]
    return { reserve: async (units) => (await this.#reserve(wishes, units))[0]! }
  }

  async reserve(wishes: readonly PermitWish[], calls: number): Promise<readonly Grant[]> {
    if (calls === 0) {
      await Promise.all(wishes.map((wish) => this.#putOff(wish)))
      return []
    }
    const paced = wishes.map(({ subject, rate, burst, units, unused, after }) => {
      const pace = sharedPace(rate, burst, this.#active)
      return { subject, key: keyOf(subject, rate), unit: rate.unit ?? '', pace, units, unused, after }
    })
    return this.#reserve(paced, calls)
  }

  async #putOff({ subject, rate, late }: PermitWish): Promise<void> {
    if (late === undefined) return
    const { count, per } = inWholeUnits(rate)
    await this.#use((backend) => backend.putOff({ ...late, subject, key: keyOf(subject, rate), count, per }))
  }

  release(subject: string, rate: Rate): void {
    // A reservation that arrives later would use the rate again.
    Promise.allSettled(this.#reserving)
      .then(() => this.#use((backend) => backend.release(keyOf(subject, rate))))
      .catch(() => undefined)
  }

  places(key: string, limit: number): PlaceSource {
    const limitNow = (): number => (key === placesOfAll ? (this.#places ?? limit) : limit)
    return {
      get limit() {
        return limitNow()
      },
      hold: (wish) => this.#use((backend) => backend.hold(key, limitNow(), wish)),
      watch: (receive) => this.#handedPlaces.watch(key, receive),
    }
  }

  setPlaces(limit: number): void {
    this.#places = limit
  }

  publish(signal: SharedSignal): void {
    if (this.#isClosed) return
    const now = this.#settings.clock.now()
    this.#usedAt = now
    this.#outbox.add(now, signal)
    // Every response carries a quota, so quotas can wait.
    this.#syncBy(now + (signal.kind === 'quota' ? syncEvery : publishWithin), now)
  }

  onSignal(listener: (signal: SharedSignal) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.cancel()
    this.#handedPlaces.close()
    this.#listeners.clear()
    await this.#syncing
    await this.#settings.backend.leave().catch((error: unknown) => this.#settings.onError?.(error))
  }

  async #reserve(wishes: readonly PacedWish[], calls: number): Promise<readonly Grant[]> {
    const { clock } = this.#settings
    const lead = this.#exchanges.lateness
    const early = wishes.map((wish) => {
      const { pace, after = 0 } = wish
      if (pace.kind !== 'paced') return wish
      // Permits start no earlier than the expected arrival of the response: any that pass before it would be lost.
      const tolerance = Math.min(
        pace.tolerance - Math.min(lead, longestLead * pace.lasts),
        after > 0 ? -after : Number.POSITIVE_INFINITY,
      )
      return { ...wish, pace: { ...pace, tolerance } }
    })
    const sentAt = clock.now()
    const reserving = this.#use((backend) => backend.reserve(early, calls))
    this.#reserving.add(reserving)
    try {
      const grants = await reserving
      this.#exchanges.add(clock.now() - sentAt)
      return grants
    } finally {
      this.#reserving.delete(reserving)
    }
  }

  async #use<T>(ask: (backend: LimitsBackend) => Promise<T>): Promise<T> {
    const { backend, clock } = this.#settings
    const now = clock.now()
    if (now - this.#usedAt > idleAfter) this.#syncBy(now, now)
    this.#usedAt = now
    try {
      return await ask(backend)
    } catch (error) {
      if (!this.#isClosed) this.#settings.onError?.(error)
      throw error
    }
  }

  #syncBy(at: number, now: number): void {
    if (this.#isClosed || this.#syncing !== undefined || this.#timerAt <= at) return
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = this.#settings.clock.timer(at - now, () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#syncing = this.#sync()
    })
  }

  async #sync(): Promise<void> {
    const { backend, clock, onError } = this.#settings
    let pause = retryAfter
    try {
      const { active, signals } = await backend.sync(this.#outbox.take(clock.now()))
      this.#active = Math.max(1, active)
      pause = Math.min(syncEveryOfMany, Math.max(syncEvery, ofEach * active))
      for (const signal of signals) for (const listener of this.#listeners) listener(signal)
    } catch (error) {
      if (!this.#isClosed) onError?.(error)
    }
    this.#syncing = undefined
    const now = clock.now()
    if (now - this.#usedAt <= idleAfter || !this.#outbox.isEmpty) this.#syncBy(now + pause, now)
  }
}

function keyOf(subject: string, rate: Rate): string {
  return `${subject} ${formatRate(rate)}`
}
