/** Number of values that are stored. */
const remembered = 200
/** Percentile of the stored values, and the margin above it. */
const [share, margin] = [0.95, 1.1]

/**
 * Upper estimate of a value that is known only afterwards, such as the tokens of a response: a tenth above the 95th
 * percentile of the latest 200. A single outlier among twenty does not raise it.
 */
export class UpperEstimate {
  readonly #seen: number[] = []
  #oldest = 0
  #value: number | undefined

  add(number: number): void {
    if (this.#seen.length < remembered) this.#seen.push(number)
    else {
      this.#seen[this.#oldest] = number
      this.#oldest = (this.#oldest + 1) % remembered
    }
    this.#value = undefined
  }

  /** Undefined before the first value. */
  get value(): number | undefined {
    if (this.#seen.length === 0) return undefined
    this.#value ??= margin * Float64Array.from(this.#seen).sort()[Math.ceil(share * this.#seen.length) - 1]!
    return this.#value
  }
}
