/** A piece of a body that has to pass the line. */
export interface Slice {
  readonly bytes: number
  /** The instant in milliseconds from which on it could have been on its way. */
  readonly askedAt: number
}

/** How much time is made up for when it is noticed late that a slice has passed: what the line could have done then. */
const longestCatchUp = 10

/**
 * A line of so many bytes per second that all answers share, as flows share a bottleneck: who may send when.
 *
 * One slice is on its way at a time, for as long as its bytes take; the others follow in the order in which they asked.
 * So those who ask anew whenever a slice has passed have even shares, and the line is never faster than it may be: no
 * more passes in any time than the line carries in it, but for one slice and what is caught up with. Instants are
 * milliseconds and never go back.
 */
export class NarrowLine<S extends Slice = Slice> {
  readonly #bytesPerMillisecond: number
  /** In order; the first is on its way. */
  readonly #slices = new Set<S>()
  #freeAt = Number.NEGATIVE_INFINITY

  constructor(bytesPerSecond: number) {
    this.#bytesPerMillisecond = bytesPerSecond / 1_000
  }

  /** When the slice on its way will have passed; nothing while there is none. */
  get passesAt(): number | undefined {
    const first = this.#first()
    if (first === undefined) return undefined
    return Math.max(this.#freeAt, first.askedAt) + first.bytes / this.#bytesPerMillisecond
  }

  /** Since when the line is free for the next slice: who asks because one has passed asks as of then. */
  get freeAt(): number {
    return this.#freeAt
  }

  /** Puts a slice behind those that wait. */
  ask(slice: S): void {
    this.#slices.add(slice)
  }

  /** The slice that has passed by `now`, once: of several, ask until there is none. */
  takePassed(now: number): S | undefined {
    const passesAt = this.passesAt
    if (passesAt === undefined || passesAt > now) return undefined
    const first = this.#first()!
    this.#slices.delete(first)
    this.#freeAt = Math.max(passesAt, now - longestCatchUp)
    return first
  }

  /** Lets the others pass in its place. What was on its way has used the line for nothing until now. */
  giveUp(slice: S, now: number): void {
    if (slice === this.#first()) this.#freeAt = Math.max(this.#freeAt, now)
    this.#slices.delete(slice)
  }

  /** Forgets all that wait. */
  clear(): void {
    this.#slices.clear()
  }

  #first(): S | undefined {
    return this.#slices.values().next().value
  }
}
