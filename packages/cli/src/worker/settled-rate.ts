/** How many items are settled per second, over the last ten seconds: by counts that are told now and then. */
export class SettledRate {
  readonly #seen: { readonly at: number; readonly count: number }[] = []

  /** Takes the count so far, at a moment in milliseconds, and answers the rate. */
  at(now: number, count: number): number {
    this.#seen.push({ at: now, count })
    while (this.#seen.length > 2 && this.#seen[1]!.at <= now - 10_000) this.#seen.shift()
    const first = this.#seen[0]!
    return now > first.at ? ((count - first.count) * 1_000) / (now - first.at) : 0
  }
}
