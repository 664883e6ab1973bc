/**
 * The smallest of what was added within a window of time.
 *
 * Kept as a queue whose values rise from front to back (a later smaller value makes the earlier ones irrelevant), so
 * that it is short and each step costs constant time on average.
 */
export class WindowedMinimum {
  #entries: { readonly at: number; readonly value: number }[] = []

  /** Adds `value`, and forgets what is older than `window`. */
  add(now: number, value: number, window: number): void {
    while (this.#entries.length > 0 && this.#entries.at(-1)!.value >= value) this.#entries.pop()
    this.#entries.push({ at: now, value })
    while (this.#entries[0]!.at < now - window) this.#entries.shift()
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries = []
  }

  /** Infinity before the first value. */
  get value(): number {
    return this.#entries[0]?.value ?? Number.POSITIVE_INFINITY
  }
}
