import type { Rate } from '../../algorithms/rate/rate.ts'
import { type SharedPace, sharedPace } from '../../algorithms/rate/shared-pace.ts'
import type { Clock, Timer } from '../../time/clock.ts'
import { Lessons } from './lessons.ts'
import type { Grant, HeldPlaces, Lesson, PermitSource, PlaceSource, PlaceWish, SharedLimits } from './shared-limits.ts'

/** What keeps shared limits, reached over a network: each method is one round trip, and rejects if nobody answers. */
export interface LimitsBackend {
  reserve(key: string, pace: SharedPace, units: number): Promise<Grant>
  hold(key: string, limit: number, wish: PlaceWish): Promise<HeldPlaces>
  /** Tells that this process is active, and its lessons. Answers how many are, and what others have told since the last time. */
  sync(lessons: readonly Lesson[]): Promise<{ readonly active: number; readonly lessons: readonly Lesson[] }>
  /** Forgets this process: its places, and that it was active. */
  leave(): Promise<void>
}

export interface LimitsSessionSettings {
  readonly backend: LimitsBackend
  readonly clock: Clock
  /** Told what the network does not do. Calls wait meanwhile. @default nobody */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** While it is used, lessons are exchanged so often, in milliseconds; a little less often by each of many. */
const syncEvery = 250
const syncEveryOfMany = 500
const ofEach = 5
/** A lesson is told so soon. */
const tellWithin = 50
/** Whoever has not asked for anything for so long has nothing to send. */
const idleAfter = 2_000
/** After a failure. */
const retryAfter = 1_000

/** The part of one process in shared limits: asks a backend, and exchanges lessons with the others as long as it is used. */
export class LimitsSession implements SharedLimits {
  readonly #settings: LimitsSessionSettings
  readonly #listeners = new Set<(lesson: Lesson) => void>()
  readonly #outbox = new Lessons()
  #active = 1
  #usedAt = Number.NEGATIVE_INFINITY
  #timer: Timer | undefined
  #timerAt = Number.POSITIVE_INFINITY
  #syncing: Promise<void> | undefined
  #isClosed = false

  constructor(settings: LimitsSessionSettings) {
    this.#settings = settings
  }

  get active(): number {
    return this.#active
  }

  permits(key: string, rate: Rate, burst: number): PermitSource {
    const pace = sharedPace(rate, burst)
    return { reserve: (units) => this.#use((backend) => backend.reserve(key, pace, units)) }
  }

  places(key: string, limit: number): PlaceSource {
    return { hold: (wish) => this.#use((backend) => backend.hold(key, limit, wish)) }
  }

  tell(lesson: Lesson): void {
    if (this.#isClosed) return
    const now = this.#settings.clock.now()
    this.#usedAt = now
    this.#outbox.add(now, lesson)
    // A quota is told with each answer: that can wait for the others.
    this.#syncBy(now + (lesson.kind === 'quota' ? syncEvery : tellWithin), now)
  }

  onLesson(listener: (lesson: Lesson) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.cancel()
    this.#listeners.clear()
    await this.#syncing
    await this.#settings.backend.leave().catch((error: unknown) => this.#settings.onError?.(error))
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
      const { active, lessons } = await backend.sync(this.#outbox.take(clock.now()))
      this.#active = Math.max(1, active)
      pause = Math.min(syncEveryOfMany, Math.max(syncEvery, ofEach * active))
      for (const lesson of lessons) for (const listener of this.#listeners) listener(lesson)
    } catch (error) {
      if (!this.#isClosed) onError?.(error)
    }
    this.#syncing = undefined
    const now = clock.now()
    if (now - this.#usedAt <= idleAfter || !this.#outbox.isEmpty) this.#syncBy(now + pause, now)
  }
}
