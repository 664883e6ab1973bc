import type { HeldPlaces } from '../../../algorithms/concurrency/concurrency-leases.ts'
import type { Clock, Timer } from '../../../time/clock.ts'
import { ConcurrencyGate } from '../gates/concurrency-gate.ts'
import { type Answer, go, waitForSettle } from '../gates/gate.ts'
import type { PlaceSource } from './shared-limits.ts'

export interface PlaceLeaseSettings {
  readonly source: PlaceSource
  readonly clock: Clock
  readonly active: () => number
  /** Number of waiting calls, whatever their reason to wait. */
  readonly waiting: () => number
  /** Called when there may be more places. */
  readonly onChange: () => void
}

/** Renewal intervals in ms: while all places are in use, and while fewer are used than held. */
const renewEvery = 1_000
const releaseAfter = 250
/** First wait in ms before more places are requested. Doubled after each request in vain, up to `longestAskAgain`. */
const askAgainAfter = 50
const longestAskAgain = 250
/** Time in ms after which places above a fair share are released, if no call waits for them. */
const shareAfter = 20
/** The same while no other process is known: longer than the time after which one that has begun is known. */
const shareAloneAfter = 300
/** Half the time in ms over which the peak in flight is taken: slices of permits alternate with other processes'. */
const stretch = 1_000
/** Safety margin in ms: a lease counts as expired this long before the server does. */
const safetyMargin = 50

/** Lease of places in flight: renewed while they are used, released when unused. Expires counted from its request. */
export class PlaceLease {
  readonly #settings: PlaceLeaseSettings
  #places = 0
  #validUntil = Number.NEGATIVE_INFINITY
  #inFlight = 0
  /** Peak in flight in the current stretch of time, and in the previous one. */
  #peak = 0
  #peakBefore = 0
  #stretchFrom = 0
  /** Places wanted in addition to those in flight. */
  #missing = 0
  #askedAt = Number.NEGATIVE_INFINITY
  #answeredAt = Number.NEGATIVE_INFINITY
  /** Places that the last request was granted. */
  #granted = 0
  #unwatch: (() => void) | undefined
  #askAgain = askAgainAfter
  #isAsking = false
  #isClosed = false
  #sharing: Timer | undefined
  #timer: Timer | undefined
  #timerAt = Number.POSITIVE_INFINITY

  constructor(settings: PlaceLeaseSettings) {
    this.#settings = settings
  }

  /** Number of places that can be filled now. */
  places(now: number): number {
    return now < this.#validUntil ? this.#places : 0
  }

  /** True if it can be discarded. */
  get isIdle(): boolean {
    const isWaiting = this.#timerAt < Number.POSITIVE_INFINITY || this.#sharing !== undefined
    return this.#inFlight === 0 && !this.#isAsking && !isWaiting
  }

  began(): void {
    this.#inFlight++
    this.#peak = Math.max(this.#peak, this.#inFlight)
  }

  ended(): void {
    this.#inFlight--
    if (this.#isSpare && this.#sharing === undefined && !this.#isClosed) {
      const after = this.#isGreedy ? shareAfter : shareAloneAfter
      this.#sharing = this.#settings.clock.timer(after, () => {
        this.#sharing = undefined
        const now = this.#settings.clock.now()
        if (this.#isGreedy && this.places(now) > 0) this.#askBy(now, now)
      })
    }
  }

  /** True while it holds more places than it uses and than its fair share: other processes may be waiting for them. */
  get #isGreedy(): boolean {
    const { source, active } = this.#settings
    return this.#isSpare && this.#places * active() > source.limit && active() > 1
  }

  /** True while it holds more places than it uses, and no call waits. */
  get #isSpare(): boolean {
    return this.#inFlight < this.#places && this.#settings.waiting() === 0
  }

  /** Requests more places for calls that wait for nothing else. */
  want(now: number, waiting: number): void {
    this.#missing = Math.max(this.#missing, waiting)
    this.#askBy(this.#askedAt + this.#askAgain, now)
  }

  /** Releases the places. Resolves when that has succeeded or failed. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#watch(false)
    this.#timer?.cancel()
    this.#sharing?.cancel()
    const hadSome = this.#askedAt !== Number.NEGATIVE_INFINITY
    this.#validUntil = Number.NEGATIVE_INFINITY
    if (hadSome) await this.#settings.source.hold({ inFlight: 0, holding: 0, wanted: 0 }).catch(() => {})
  }

  /** Wait in ms after a request that got no more places. Grows with the number of processes. */
  #later(): number {
    if (this.#unwatch !== undefined) return renewEvery
    return Math.min(renewEvery, Math.max(Math.min(longestAskAgain, 2 * this.#askAgain), 10 * this.#settings.active()))
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
    const { source } = this.#settings
    // These places are not filled from here on, so that other processes need not wait for this one to read the
    // response.
    const isGreedy = this.#isGreedy
    if (isGreedy) this.#places = this.#inFlight
    const peak = isGreedy ? this.#inFlight : this.#peakUntil(now)
    const missing = isGreedy ? 0 : this.#missing
    const wanted = missing === 0 ? peak : Math.max(this.#inFlight + missing, 2 * peak)
    const holding = this.places(now)
    const wish = { inFlight: this.#inFlight, holding, wanted: Math.min(source.limit, wanted) }
    this.#timerAt = Number.POSITIVE_INFINITY
    this.#isAsking = true
    this.#askedAt = now
    this.#missing = 0
    source.hold(wish).then(
      (held) => this.#receive(now, wish.wanted, holding, held),
      () => this.#fail(),
    )
  }

  /** Recent peak in flight. If a call waits, at least one more than in flight now, so that its permit finds a place. */
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
    this.#answeredAt = now
    this.#places = places
    this.#granted = places
    this.#validUntil = askedAt + validFor - safetyMargin
    const gotMore = places > before
    const isShort = places < wanted
    this.#watch(isShort)
    this.#askAgain = gotMore ? askAgainAfter : this.#later()
    // Places that were revoked become free for other processes once this one confirms it.
    const pause =
      places < before ? askAgainAfter : isShort ? this.#askAgain : wanted < places ? releaseAfter : renewEvery
    if (places > 0 || before > 0 || this.#inFlight > 0 || wanted > 0) this.#askBy(askedAt + pause, now)
    if (!this.#isClosed) this.#settings.onChange()
  }

  #watch(isShort: boolean): void {
    if (isShort && !this.#isClosed) {
      this.#unwatch ??= this.#settings.source.watch?.((handed, askedAt) => this.#receiveHanded(handed, askedAt))
    } else {
      this.#unwatch?.()
      this.#unwatch = undefined
    }
  }

  /** Uses places that others released, unless a request is under way or was since: its response counts them. */
  #receiveHanded({ places, validFor }: HeldPlaces, askedAt: number): void {
    if (this.#isAsking || this.#answeredAt > askedAt || this.#granted + places <= this.#places) return
    const { clock, waiting, onChange } = this.#settings
    const now = clock.now()
    this.#places = this.#granted + places
    this.#validUntil = askedAt + validFor - safetyMargin
    if (waiting() === 0) this.#askBy(now, now)
    else onChange()
  }

  #fail(): void {
    this.#isAsking = false
    this.#askAgain = this.#later()
    this.#askBy(this.#settings.clock.now() + this.#askAgain, this.#settings.clock.now())
  }
}

/** Limit of calls in flight over many processes. This process fills its leased places, at most `limit`. */
export class LeasedConcurrencyGate extends ConcurrencyGate {
  readonly prefetches = 'places'
  readonly #lease: PlaceLease

  constructor(name: string, limit: number, lease: PlaceLease) {
    super(name, limit)
    this.#lease = lease
  }

  override ask(now: number): Answer {
    return this.inFlight < Math.min(this.limit, this.#lease.places(now)) ? go : waitForSettle
  }

  override take(): void {
    super.take()
    this.#lease.began()
  }

  override settle(): void {
    super.settle()
    this.#lease.ended()
  }

  override isFresh(): boolean {
    return super.isFresh() && this.#lease.isIdle
  }

  prefetch(now: number, _weight: number, waiting: number): void {
    if (this.inFlight < this.limit) this.#lease.want(now, waiting)
  }
}
