import { TimeQueue } from '../limits/time-queue.ts'

/** Maximum count within any span of `length` milliseconds, open at its start. */
export class BusiestWindow {
  readonly #length: number
  readonly #recent = new TimeQueue()
  #largest = 0

  constructor(length: number) {
    this.#length = length
  }

  get largest(): number {
    return this.#largest
  }

  add(at: number, units?: number): void {
    this.#recent.dropUntil(at - this.#length)
    this.#recent.push(at, units)
    this.#largest = Math.max(this.#largest, this.#recent.total)
  }
}
