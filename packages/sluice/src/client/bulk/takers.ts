import { Queue } from '../../algorithms/queue.ts'

/** Those who wait for the next result, in the order in which they asked. */
export class Takers<T> {
  readonly #waiting = new Queue<PromiseWithResolvers<IteratorResult<T, undefined>>>()

  get areWaiting(): boolean {
    return this.#waiting.size > 0
  }

  /** Waits for a result, or for the end. */
  wait(): Promise<IteratorResult<T, undefined>> {
    const taker = Promise.withResolvers<IteratorResult<T, undefined>>()
    this.#waiting.push(taker)
    return taker.promise
  }

  /** Gives a result to whoever has waited longest. Only while some are waiting. */
  give(value: T): void {
    this.#waiting.shift()!.resolve({ done: false, value })
  }

  /** Tells all that nothing more comes; the first of them why, if that is a failure. Answers whether it was told. */
  end(failure: { readonly error: unknown } | undefined): boolean {
    const first = this.#waiting.shift()
    if (failure === undefined) first?.resolve({ done: true, value: undefined })
    else first?.reject(failure.error)
    while (this.areWaiting) this.#waiting.shift()!.resolve({ done: true, value: undefined })
    return first !== undefined
  }
}
