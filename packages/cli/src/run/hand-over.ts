/** Where several workers put what they have, one at a time, each waiting until it is taken. */
export class HandOver<T> {
  readonly #given: { readonly value: T; readonly taken: () => void }[] = []
  #whenGiven: (() => void) | undefined
  #failure: { readonly error: unknown } | undefined
  #hasEnded = false

  /** Waits until somebody takes it. */
  put(value: T): Promise<void> {
    return new Promise((taken) => {
      this.#given.push({ value, taken })
      this.#whenGiven?.()
    })
  }

  /** Nothing more will come; why, if that is a failure. */
  end(failure?: { readonly error: unknown }): void {
    this.#hasEnded = true
    this.#failure ??= failure
    this.#whenGiven?.()
  }

  /** What comes, to the end. For one reader. @throws what it was ended with */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    while (true) {
      const next = this.#given.shift()
      if (next !== undefined) {
        next.taken()
        yield next.value
      } else if (this.#hasEnded) {
        if (this.#failure !== undefined) throw this.#failure.error
        return
      } else {
        await new Promise<void>((resolve) => {
          this.#whenGiven = resolve
        })
      }
    }
  }
}
