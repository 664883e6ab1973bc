import { Queue } from '../../algorithms/queue.ts'
import type { CallResult } from '../result.ts'
import { sizeOf } from './result-size.ts'

/** Results that may wait to be taken before no more calls start. */
const fewestBuffered = 64
/** Bytes of answers that may wait to be taken before no more calls start. */
const mostBytes = 64 * 1024 * 1024

/** Results that wait to be taken, in the order of completion or of the input. */
export class ResultsBuffer {
  readonly #isOrdered: boolean
  readonly #early = new Map<number, CallResult>()
  readonly #ready = new Queue<CallResult>()
  #nextIndex = 0
  /** Bytes of the results that can be taken. */
  #bytes = 0

  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered
  }

  /** Number of results that can be taken now. */
  get ready(): number {
    return this.#ready.size
  }

  /** True if more calls may start: so many at a time, with so many results that their consumer is still at. */
  hasRoom(concurrency: number, consuming: number): boolean {
    return this.#bytes < mostBytes && this.ready + consuming < Math.max(fewestBuffered, 2 * concurrency)
  }

  /** Adds the result of the item that was read at this position. */
  add(position: number, result: CallResult): void {
    if (!this.#isOrdered) {
      this.#push(result)
      return
    }
    this.#early.set(position, result)
    for (let next = this.#early.get(this.#nextIndex); next !== undefined; next = this.#early.get(this.#nextIndex)) {
      this.#early.delete(this.#nextIndex++)
      this.#push(next)
    }
  }

  /** Takes the next result. */
  take(): CallResult | undefined {
    const result = this.#ready.shift()
    if (result !== undefined) this.#bytes -= sizeOf(result)
    return result
  }

  #push(result: CallResult): void {
    this.#bytes += sizeOf(result)
    this.#ready.push(result)
  }
}

/** Callers that wait for the next result, in the order in which they asked. */
export class Consumers<T> {
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

  /** Gives a result to the caller that has waited longest. Only while some are waiting. */
  give(value: T): void {
    this.#waiting.shift()!.resolve({ done: false, value })
  }

  /** Ends all waits, the first with the failure if there is one. Returns true if a caller got it. */
  end(failure: { readonly error: unknown } | undefined): boolean {
    const first = this.#waiting.shift()
    if (failure === undefined) first?.resolve({ done: true, value: undefined })
    else first?.reject(failure.error)
    while (this.areWaiting) this.#waiting.shift()!.resolve({ done: true, value: undefined })
    return first !== undefined
  }
}
