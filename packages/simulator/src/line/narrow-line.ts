/** A piece of a body that has to pass the line. */
export interface Slice {
  readonly bytes: number
  /** Earliest instant in milliseconds at which it could have started. */
  readonly askedAt: number
}

/** Maximum time in milliseconds that is made up for when a passed slice is noticed late. */
const longestCatchUp = 10

/**
 * A line with a fixed number of bytes per second that all responses share, as flows share a bottleneck.
 *
 * One slice is in transit at a time, for as long as its bytes take; the others follow in the order of their requests.
 * Senders that request again as soon as a slice has passed get equal shares, and the line never exceeds its rate: no
 * more passes in any period than its capacity, plus one slice and the time made up for. Instants are milliseconds and
 * never decrease.
 */
export class NarrowLine<S extends Slice = Slice> {
  readonly #bytesPerMillisecond: number
  /** In order; the first is in transit. */
  readonly #slices = new Set<S>()
  #freeAt = Number.NEGATIVE_INFINITY

  constructor(bytesPerSecond: number) {
    this.#bytesPerMillisecond = bytesPerSecond / 1_000
  }

  /** Instant at which the slice in transit will have passed; undefined if there is none. */
  get passesAt(): number | undefined {
    const first = this.#first()
    if (first === undefined) return undefined
    return Math.max(this.#freeAt, first.askedAt) + first.bytes / this.#bytesPerMillisecond
  }

  /** Instant since which the line is free: a request made because a slice has passed counts from that instant. */
  get freeAt(): number {
    return this.#freeAt
  }

  /** Appends a slice to the queue. */
  ask(slice: S): void {
    this.#slices.add(slice)
  }

  /** Next slice that has passed by `now`; call until it returns undefined. */
  takePassed(now: number): S | undefined {
    const passesAt = this.passesAt
    if (passesAt === undefined || passesAt > now) return undefined
    const first = this.#first()!
    this.#slices.delete(first)
    this.#freeAt = Math.max(passesAt, now - longestCatchUp)
    return first
  }

  /** Removes a slice. The line time that a slice in transit has used is lost. */
  giveUp(slice: S, now: number): void {
    if (slice === this.#first()) this.#freeAt = Math.max(this.#freeAt, now)
    this.#slices.delete(slice)
  }

  /** Drops all slices. */
  clear(): void {
    this.#slices.clear()
  }

  #first(): S | undefined {
    return this.#slices.values().next().value
  }
}
