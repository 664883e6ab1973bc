import type { Clock, Timer } from '../../time/clock.ts'
import type { HeldPlaces, PlaceSource } from './shared-limits.ts'

export interface PlaceLeaseSettings {
  readonly source: PlaceSource
  readonly limit: number
  readonly clock: Clock
  readonly active: () => number
  /** How many wait, for whatever it is. */
  readonly waiting: () => number
  /** Told when there may be more. */
  readonly onChange: () => void
}

/** Places are asked for again so often, in milliseconds: while they are in use, and while too few are. */
const renewEvery = 1_000
const giveBackAfter = 250
/** Whoever wants more asks for it after so long, and after twice as long each time that there was none, up to `renewEvery`. */
const askAgainAfter = 50
/** What was in flight is looked at for twice this long: permits come in slices, and those of others in between. */
const stretch = 1_000
/** So much earlier than we must, we take places for lost. */
const doubt = 50

/**
 * Places in flight that are ours for a while. Kept as long as they are in use, and given back when they are not.
 *
 * They are lost at the latest when they are for whoever gave them: that time is counted from before they were asked for.
 */
export class PlaceLease {
  readonly #settings: PlaceLeaseSettings
  #places = 0
  #validUntil = Number.NEGATIVE_INFINITY
  #inFlight = 0
  /** The most that were in flight in this stretch of time, and in the one before. */
  #peak = 0
  #peakBefore = 0
  #stretchFrom = 0
  /** How many more are wanted than are in flight. */
  #missing = 0
  #askedAt = Number.NEGATIVE_INFINITY
  #askAgain = askAgainAfter
  #isAsking = false
  #isClosed = false
  #timer: Timer | undefined
  #timerAt = Number.POSITIVE_INFINITY

  constructor(settings: PlaceLeaseSettings) {
    this.#settings = settings
  }

  /** How many may be in flight. */
  places(now: number): number {
    return now < this.#validUntil ? this.#places : 0
  }

  /** Whether there is nothing of it to keep. */
  get isIdle(): boolean {
    return this.#inFlight === 0 && !this.#isAsking && this.#timerAt === Number.POSITIVE_INFINITY
  }

  began(): void {
    this.#inFlight++
    this.#peak = Math.max(this.#peak, this.#inFlight)
  }

  ended(): void {
    this.#inFlight--
  }

  /** Somebody waits for nothing else. */
  want(now: number, waiting: number): void {
    this.#missing = Math.max(this.#missing, waiting)
    this.#askBy(this.#askedAt + this.#askAgain, now)
  }

  /** Gives them back. Answers when that is done, or cannot be. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    const hadSome = this.#askedAt !== Number.NEGATIVE_INFINITY
    this.#validUntil = Number.NEGATIVE_INFINITY
    if (hadSome) await this.#settings.source.hold({ inFlight: 0, holding: 0, wanted: 0 }).catch(() => {})
  }

  /** After how long it is asked again in vain: of many who want more, by each the less often. */
  #later(): number {
    return Math.min(renewEvery, Math.max(2 * this.#askAgain, 10 * this.#settings.active()))
  }

  #askBy(at: number, now: number): void {
    if (this.#isAsking || this.#isClosed || this.#timerAt <= at) return
    this.#timer?.cancel()
    if (at <= now) {
      this.#ask(now)
      return
    }
    this.#timerAt = at
    this.#timer = this.#settings.clock.timer(at - now, () => this.#ask(this.#settings.clock.now()))
  }

  #ask(now: number): void {
    const { source, limit } = this.#settings
    const peak = this.#peakUntil(now)
    const wanted = this.#missing === 0 ? peak : Math.max(this.#inFlight + this.#missing, 2 * peak)
    const holding = this.places(now)
    const wish = { inFlight: this.#inFlight, holding, wanted: Math.min(limit, wanted) }
    this.#timerAt = Number.POSITIVE_INFINITY
    this.#isAsking = true
    this.#askedAt = now
    this.#missing = 0
    source.hold(wish).then(
      (held) => this.#receive(now, wish.wanted, holding, held),
      () => this.#fail(),
    )
  }

  /** The most that were in flight lately; one more than now if somebody waits: a permit is for an instant, and finds its place. */
  #peakUntil(now: number): number {
    const next = this.#settings.waiting() > 0 ? this.#inFlight + 1 : 0
    const peak = Math.max(this.#peak, this.#peakBefore, next)
    if (now - this.#stretchFrom >= stretch) {
      this.#peakBefore = this.#peak
      this.#peak = this.#inFlight
      this.#stretchFrom = now
    }
    return peak
  }

  #receive(askedAt: number, wanted: number, before: number, { places, validFor }: HeldPlaces): void {
    const now = this.#settings.clock.now()
    this.#isAsking = false
    this.#places = places
    this.#validUntil = askedAt + validFor - doubt
    const gotMore = places > before
    this.#askAgain = gotMore ? askAgainAfter : this.#later()
    const isShort = places < wanted
    // What was taken from us is free for others when we say that we know.
    const pause =
      places < before ? askAgainAfter : isShort ? this.#askAgain : wanted < places ? giveBackAfter : renewEvery
    if (places > 0 || before > 0 || this.#inFlight > 0 || wanted > 0) this.#askBy(askedAt + pause, now)
    if (!this.#isClosed) this.#settings.onChange()
  }

  #fail(): void {
    this.#isAsking = false
    this.#askAgain = this.#later()
    this.#askBy(this.#settings.clock.now() + this.#askAgain, this.#settings.clock.now())
  }
}
