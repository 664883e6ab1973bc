/** Sends that are remembered one by one; older ones are forgotten. */
const keptSends = 10_000

/** What we have sent and when: how much of what a server counts is ours. */
export class SendHistory {
  #times: number[] = []
  /** The sum of all weights up to and with each send. */
  #totals: number[] = []
  /** The sum of those that are forgotten. */
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

  /** Takes back what was sent at `at`, because the server has refused it and does not count it. */
  takeBack(at: number, weight: number): void {
    const from = this.#countUntil(at) - 1
    if (this.#times[from] !== at) return
    for (let index = from; index < this.#totals.length; index++) this.#totals[index]! -= weight
  }

  /** The sum of what was sent after `from`, until and with `to`. */
  between(from: number, to: number): number {
    return this.#totalUntil(to) - this.#totalUntil(from)
  }

  /** The earliest time from `now` on at which what was sent in the last `span` milliseconds is no more than `most`. */
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

/** The first index for which it is true, where it stays true once it is; `length` if there is none. */
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
