/** The request that was seen most often. */
export interface MostRepeated {
  readonly times: number
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly idempotencyKey?: string
}

/** Beyond this, the request first seen longest ago is forgotten. */
const maxDistinct = 100_000

/** How often the same request came: the same method, path and `Idempotency-Key`. */
export class Repeats {
  readonly #times = new Map<string, number>()
  #most: MostRepeated | null = null

  get most(): MostRepeated | null {
    return this.#most
  }

  add(method: string, path: string, idempotencyKey: string | undefined): void {
    const key = `${method} ${path} ${idempotencyKey ?? ''}`
    const times = (this.#times.get(key) ?? 0) + 1
    if (times === 1 && this.#times.size >= maxDistinct) this.#times.delete(this.#times.keys().next().value!)
    this.#times.set(key, times)
    if (times <= (this.#most?.times ?? 0)) return
    this.#most = { times, method, path, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }
  }
}
