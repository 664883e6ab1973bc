import { sizeOf } from '../../client/bulk/result-size.ts'
import type { CallResult } from '../../client/result.ts'

/** Copies of a body in memory: as it is received, in a group that is being stored, and as it is written to the store. */
const copies = 3
/** Bytes that a body may have while no answer has been seen: the default of `maxBody`. */
const usualBody = 10 * 1024 * 1024
/** Share of the largest body that is remembered with the next answer. */
const remembered = 0.98

/**
 * Number of calls whose bodies fit in memory together, by the size of the answers: as many as would fit of the largest at
 * first, one more with each answer, and fewer at once when larger ones come.
 */
export class BodyMemory {
  readonly #maxBytes: number
  readonly #onFull: () => void
  #largest = 0
  #places: number
  #isFull = false
  #isTold = false

  /** Calls `onFull` when memory begins to limit the calls, and when it lets fewer go than before. */
  constructor(maxBytes: number, onFull: () => void = () => undefined) {
    this.#maxBytes = maxBytes
    this.#onFull = onFull
    this.#places = this.#fitting(usualBody)
  }

  /** Calls that may be in flight. */
  get places(): number {
    return this.#places
  }

  /** Largest body of late, in bytes. */
  get largest(): number {
    return Math.round(this.#largest)
  }

  /** True if so many answers that wait for the store take all the room that there is for them. */
  isFilledBy(unstored: number): boolean {
    return unstored >= this.#fitting(this.#largest)
  }

  /** True once: the first time that fewer calls fit than these. */
  isNewlyBelow(concurrency: number): boolean {
    if (this.#isTold || this.#places >= concurrency) return false
    this.#isTold = true
    return true
  }

  /** Takes note of the bytes that an answer has taken. */
  saw(bytes: number): void {
    this.#largest = Math.max(bytes, this.#largest * remembered)
    const [before, fitting, wasFull] = [this.#places, this.#fitting(this.#largest), this.#isFull]
    this.#places = Math.min(before + 1, fitting)
    this.#isFull = fitting <= before
    if (fitting < before || (this.#isFull && !wasFull)) this.#onFull()
  }

  #fitting(bytes: number): number {
    return bytes === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(this.#maxBytes / (copies * bytes)))
  }
}

/** Bytes that a result takes in memory, about, as the size of a body of which there are so many copies. */
export function memoryOf(result: CallResult): number {
  if (!result.ok) return result.error.code === 'SLUICE_BODY_TOO_LARGE' ? usualBody : 0
  const body = result.body?.byteLength ?? 0
  return body + (sizeOf(result) - body) / copies
}
