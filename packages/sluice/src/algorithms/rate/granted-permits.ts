/** Evenly spaced permits, on our clock. */
export interface PermitBlock {
  readonly units: number
  readonly startsAt: number
  readonly gap: number
  /** None is used before this, even if its instant is earlier. */
  readonly notBefore: number
  readonly lasts: number
  /** Difference of our clock to that of the source by which its instants were told. @default 0 */
  readonly offset?: number
}

/** Instant of a permit: on our clock, and on that of the source. */
export interface PermitInstant {
  readonly at: number
  readonly atSource: number
}

interface Block extends PermitBlock {
  units: number
  startsAt: number
}

/** Sums of fractional weights are not exact. */
const rounding = 1e-9

/**
 * Granted permits, each for its own instant. A permit that is not used by then, or shortly after, is forfeited: saved-up
 * permits would meet those of other processes in the same window.
 *
 * A call with a higher weight takes several in a row, and leaves at the instant of the first.
 */
export class GrantedPermits {
  #blocks: Block[] = []
  #forfeited = 0
  #unused = 0

  /** Units that were not used in time, since the beginning. */
  get forfeited(): number {
    return this.#forfeited
  }

  add(block: PermitBlock): void {
    if (block.units > 0) this.#blocks.push({ ...block })
  }

  /** Units at the end of what was granted that were not used in time; none while some can still be used. Counts them once. */
  takeUnused(now: number): number {
    const unused = this.left(now) === 0 ? this.#unused : 0
    this.#unused = 0
    return unused
  }

  /** Units that can still be used. */
  left(now: number): number {
    this.#forfeit(now)
    return this.#blocks.reduce((sum, { units }) => sum + units, 0)
  }

  /** Instant of the last permit; `now` if there is none. */
  lastAt(now: number): number {
    const last = this.#blocks.at(-1)
    return last === undefined ? now : Math.max(last.notBefore, last.startsAt + (last.units - 1) * last.gap)
  }

  /** Earliest time from `now` at which `weight` units may leave; undefined if there are too few. */
  earliest(now: number, weight: number): number | undefined {
    this.#forfeit(now)
    let missing = weight
    for (const { units, startsAt, notBefore } of this.#blocks) {
      missing -= units
      if (missing <= rounding) return Math.max(now, startsAt, notBefore)
    }
    return undefined
  }

  /** Uses `weight` units, and returns the instant of the first. Only when `earliest` has said that they may leave now. */
  take(now: number, weight: number): PermitInstant {
    this.#forfeit(now)
    this.#unused = 0
    const { startsAt: at, offset = 0 } = this.#blocks[0] ?? { startsAt: now }
    for (let missing = weight; missing > rounding; ) {
      const block = this.#blocks[0]
      if (block === undefined) break
      const taken = Math.min(missing, block.units)
      missing -= taken
      this.#drop(block, taken)
    }
    return { at, atSource: at - offset }
  }

  #forfeit(now: number): void {
    for (let block = this.#blocks[0]; block !== undefined; block = this.#blocks[0]) {
      const { startsAt, notBefore, gap, lasts, units } = block
      if (Math.max(startsAt, notBefore) + lasts >= now) return
      const late = notBefore + lasts >= now ? 0 : gap === 0 ? units : Math.ceil((now - lasts - startsAt) / gap)
      const dropped = Math.min(units, Math.max(1, late))
      this.#forfeited += dropped
      this.#unused += dropped
      this.#drop(block, dropped)
    }
  }

  #drop(block: Block, units: number): void {
    block.units -= units
    block.startsAt += units * block.gap
    if (block.units <= rounding) this.#blocks.shift()
  }
}

/** Drift of another clock against ours: 100 ppm, more than quartz ever has. */
const drift = 0.0001

/**
 * Upper bound of the offset of another clock: a converted instant is never too early, and too late by at most the time of
 * the quickest exchange.
 *
 * Each exchange bounds the offset, because the other clock was read between request and answer. The tightest bound holds,
 * and loosens with time, because clocks drift.
 */
export class SourceClock {
  #most = Number.POSITIVE_INFINITY
  #since = 0
  #doubt = Number.POSITIVE_INFINITY

  /** Upper bound of how late a converted instant can be: the time of the exchange that gave the bound. */
  get doubt(): number {
    return this.#doubt
  }

  /** Takes in that the other clock showed `at` at some moment between `sentAt` and `receivedAt`. */
  observe(sentAt: number, at: number, receivedAt: number): void {
    const known = this.#at(receivedAt)
    const wasSetBack = sentAt - at > known
    if (receivedAt - at > known && !wasSetBack) return
    this.#most = receivedAt - at
    this.#since = receivedAt
    this.#doubt = receivedAt - sentAt
  }

  /** Moment on our clock at which that instant has certainly come. Only after an observation. */
  toLocal(instant: number, now: number): number {
    return instant + this.#at(now)
  }

  #at(now: number): number {
    return this.#most + Math.max(0, now - this.#since) * drift
  }
}
