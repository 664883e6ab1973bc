import { Queue } from '../../algorithms/queue.ts'
import type { CallResult } from '../result.ts'
import { sizeOf } from './result-size.ts'

/** Minimum number of buffered results at which no further calls start; with high concurrency the limit is higher. */
const fewestBuffered = 64
/** Bytes of buffered responses at which no further calls start. */
export const mostBytes: number = 64 * 1024 * 1024

/** Buffer of results that wait to be taken, in the order of completion or of the input. */
export class ResultsBuffer {
  readonly #isOrdered: boolean
  readonly #early = new Map<number, CallResult>()
  readonly #ready = new Queue<CallResult>()
  #nextIndex = 0
  /** Bytes of all buffered results. */
  #bytes = 0

  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered
  }

  /** Number of results that are ready. */
  get ready(): number {
    return this.#ready.size
  }

  /**
   * True if another call may start, given the concurrency and the number of results that the consumer is processing.
   */
  hasRoom(concurrency: number, consuming: number): boolean {
    return this.#bytes < mostBytes && this.ready + consuming < Math.max(fewestBuffered, 2 * concurrency)
  }

  /**
   * Position of the item that must go on although the buffer is full, because all results that fill it wait for that
   * item's; undefined if there is none.
   */
  get awaited(): number | undefined {
    return this.#bytes >= mostBytes && this.ready === 0 ? this.#nextIndex : undefined
  }

  /** Adds the result of the item at this position of the source. */
  add(position: number, result: CallResult): void {
    this.#bytes += sizeOf(result)
    if (!this.#isOrdered) {
      this.#ready.push(result)
      return
    }
    this.#early.set(position, result)
    for (let next = this.#early.get(this.#nextIndex); next !== undefined; next = this.#early.get(this.#nextIndex)) {
      this.#early.delete(this.#nextIndex++)
      this.#ready.push(next)
    }
  }

  /** Takes the next result. */
  take(): CallResult | undefined {
    const result = this.#ready.shift()
    if (result !== undefined) this.#bytes -= sizeOf(result)
    return result
  }
}

/** Callers that wait for the next result, first come, first served. */
export class Consumers<T> {
  readonly #waiting = new Queue<PromiseWithResolvers<IteratorResult<T, undefined>>>()
  /** Takes all results, in place of callers that wait for one. */
  #collector: { readonly take: (value: T) => void; readonly ended: PromiseWithResolvers<void> } | undefined

  get areWaiting(): boolean {
    return this.#collector !== undefined || this.#waiting.size > 0
  }

  /** Gives all results to `take`, without a promise for each. Resolves at the end. */
  collect(take: (value: T) => void): Promise<void> {
    const ended = Promise.withResolvers<void>()
    this.#collector = { take, ended }
    return ended.promise
  }

  /** Waits for a result, or for the end. */
  wait(): Promise<IteratorResult<T, undefined>> {
    const taker = Promise.withResolvers<IteratorResult<T, undefined>>()
    this.#waiting.push(taker)
    return taker.promise
  }

  /** Hands a result to the caller that has waited longest. Call only while `areWaiting`. */
  give(value: T): void {
    if (this.#collector === undefined) this.#waiting.shift()!.resolve({ done: false, value })
    else this.#collector.take(value)
  }

  /** Ends all waits; the first rejects with the failure, if there is one. Returns true if a caller was waiting. */
  end(failure: { readonly error: unknown } | undefined): boolean {
    const collected = this.#collector?.ended
    this.#collector = undefined
    if (failure === undefined) collected?.resolve()
    else collected?.reject(failure.error)
    if (collected !== undefined) return true
    const first = this.#waiting.shift()
    if (failure === undefined) first?.resolve({ done: true, value: undefined })
    else first?.reject(failure.error)
    while (this.areWaiting) this.#waiting.shift()!.resolve({ done: true, value: undefined })
    return first !== undefined
  }
}
