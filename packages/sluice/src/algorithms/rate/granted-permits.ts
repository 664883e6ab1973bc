/** Evenly spaced permits, on the local clock. */
export interface PermitBlock {
  readonly units: number
  readonly startsAt: number
  readonly gap: number
  /** Earliest time of use, even for permits with an earlier instant. */
  readonly notBefore: number
  readonly lasts: number
  /** Offset of the local clock from that of the source, from which the instants were converted. @default 0 */
  readonly offset?: number
}

/** Instant of a permit, on the local clock and on that of the source. */
export interface PermitInstant {
  readonly at: number
  readonly atSource: number
}

interface Block extends PermitBlock {
  units: number
  startsAt: number
}

/** Tolerance for rounding errors in sums of fractional weights. */
const rounding = 1e-9

/**
 * Granted permits, each for its own instant. A permit that is not used by then, or shortly after, is forfeited:
 * accumulated permits would coincide with those of other processes in the same window.
 *
 * A call with a higher weight takes several in a row, and is sent at the instant of the first.
 */
export class GrantedPermits {
  readonly #onLost: ((at: number, units: number, gap: number) => void) | undefined
  #blocks: Block[] = []
  #forfeited = 0
  #unused = 0

  /** @param onLost Called with permits that will not be used: the instant of the first, their number and distance. */
  constructor(onLost?: (at: number, units: number, gap: number) => void) {
    this.#onLost = onLost
  }

  /** Total number of units that were not used in time. */
  get forfeited(): number {
    return this.#forfeited
  }

  add(block: PermitBlock): void {
    if (block.units > 0) this.#blocks.push({ ...block })
  }

  /**
   * Units at the end of the grant that were not used in time; 0 while some can still be used. Each is returned once.
   */
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

  /** Earliest time from `now` at which `weight` units may be sent; undefined if there are too few. */
  earliest(now: number, weight: number): number | undefined {
    this.#forfeit(now)
    let missing = weight
    for (const { units, startsAt, notBefore } of this.#blocks) {
      missing -= units
      if (missing <= rounding) return Math.max(now, startsAt, notBefore)
    }
    return undefined
  }

  /** Uses `weight` units, and returns the instant of the first. Call only when `earliest` has returned `now`. */
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

  /** Gives up the next `units`, or as many as there are. */
  giveUp(units: number): void {
    for (let missing = units; missing > rounding && this.#blocks.length > 0; ) {
      const block = this.#blocks[0]!
      const dropped = Math.min(missing, block.units)
      missing -= dropped
      this.#lose(block, dropped)
    }
  }

  #forfeit(now: number): void {
    for (let block = this.#blocks[0]; block !== undefined; block = this.#blocks[0]) {
      const { startsAt, notBefore, gap, lasts, units } = block
      if (Math.max(startsAt, notBefore) + lasts >= now) return
      const late = notBefore + lasts >= now ? 0 : gap === 0 ? units : Math.ceil((now - lasts - startsAt) / gap)
      const dropped = Math.min(units, Math.max(1, late))
      this.#forfeited += dropped
      this.#unused += dropped
      this.#lose(block, dropped)
    }
  }

  #lose(block: Block, units: number): void {
    this.#onLost?.(block.startsAt, units, block.gap)
    this.#drop(block, units)
  }

  #drop(block: Block, units: number): void {
    block.units -= units
    block.startsAt += units * block.gap
    if (block.units <= rounding) this.#blocks.shift()
  }
}

/** Maximum drift between two clocks: 100 ppm, more than that of any quartz. */
const drift = 0.0001

/**
 * Offset of another clock, which was read halfway between a request and its response, or earlier or later by at most half
 * their distance. The tightest exchange applies, and loosens over time, because clocks drift.
 *
 * Processes at different distances thus use their permits at the same instants, as long as their ways there and back
 * take the same time.
 */
export class SourceClock {
  #offset = 0
  #error = Number.POSITIVE_INFINITY
  #since = 0
  #firstReceivedAt: number | undefined
  /** True if only exchanges that were sent before the first response are known. They may have opened a connection. */
  isFirst = true

  /** Duration in ms of the exchange that applies: a converted instant is wrong by at most half of it. */
  get doubt(): number {
    return 2 * this.#error
  }

  /** Registers that the other clock showed `at` at some time between `sentAt` and `receivedAt`. */
  observe(sentAt: number, at: number, receivedAt: number): void {
    this.#firstReceivedAt ??= receivedAt
    this.isFirst &&= sentAt < this.#firstReceivedAt
    const offset = (sentAt + receivedAt) / 2 - at
    const error = (receivedAt - sentAt) / 2
    const known = this.#error + Math.max(0, receivedAt - this.#since) * drift
    const wasSet = Math.abs(offset - this.#offset) > known + error
    if (error > known && !wasSet) return
    this.#offset = offset
    this.#error = error
    this.#since = receivedAt
  }

  /** Local time of an instant of the other clock. Call only after an observation. */
  toLocal(instant: number): number {
    return instant + this.#offset
  }
}
