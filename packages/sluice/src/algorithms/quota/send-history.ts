/** Maximum number of sends stored individually; older ones are dropped. */
const keptSends = 10_000

/** History of this process's sends, which are its part of a server's count. */
export class SendHistory {
  #times: number[] = []
  /** Cumulative weights up to and including each send. */
  #totals: number[] = []
  /** Sum of the dropped weights. */
  #forgotten = 0

  get lastAt(): number {
    return this.#times.at(-1) ?? Number.NEGATIVE_INFINITY
  }

  add(now: number, weight: number): void {
    this.#times.push(now)
    this.#totals.push(this.#total + weight)
    if (this.#times.length <= 2 * keptSends) return
    this.#forgotten = this.#totals.at(-keptSends - 1)!
    this.#times = this.#times.slice(-keptSends)
    this.#totals = this.#totals.slice(-keptSends)
  }

  /** Removes the send at `at`: the server refused it, and does not count it. */
  takeBack(at: number, weight: number): void {
    const from = this.#countUntil(at) - 1
    if (this.#times[from] !== at) return
    for (let index = from; index < this.#totals.length; index++) this.#totals[index]! -= weight
  }

  /** Sum of weights sent after `from`, up to `to` inclusive. */
  between(from: number, to: number): number {
    return this.#totalUntil(to) - this.#totalUntil(from)
  }

  /** Earliest time from `now` at which the sends of the last `span` milliseconds are at most `most`. */
  whenNoMoreThan(most: number, span: number, now: number): number {
    const enough = this.#total - most
    if (this.#total - this.#totalUntil(now - span) <= most) return now
    const index = firstIndex(this.#totals.length, (each) => this.#totals[each]! >= enough)
    return Math.max(now, (this.#times[index] ?? now) + span)
  }

  get #total(): number {
    return this.#totals.at(-1) ?? this.#forgotten
  }

  #totalUntil(time: number): number {
    const count = this.#countUntil(time)
    return count === 0 ? this.#forgotten : this.#totals[count - 1]!
  }

  #countUntil(time: number): number {
    return firstIndex(this.#times.length, (index) => this.#times[index]! > time)
  }
}

/** First index from which `isTrue` holds for all later ones; `length` if there is none. */
function firstIndex(length: number, isTrue: (index: number) => boolean): number {
  let from = 0
  let to = length
  while (from < to) {
    const middle = (from + to) >> 1
    if (isTrue(middle)) to = middle
    else from = middle + 1
  }
  return from
}
