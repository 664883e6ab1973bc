import type { MemoryUse } from '../../../events/event.ts'

const mebibyte = 1024 * 1024
/** Copies of a body in memory: as received, in a group that is being stored, and as written to the store. */
export const copies = 3
/** Assumed bytes of a body before the first response: the default of `maxBody`. */
export const usualBody: number = 10 * mebibyte
/** Approximate size of a parsed JSON value, as a multiple of its bytes. */
export const parsedSize = 4
/** Factor by which the largest body size decays with each response. */
const remembered = 0.98

/**
 * Number of calls whose bodies fit in memory together, by the size of responses. It starts with the number of bodies
 * of the default maximum size that fit, rises by one with each response, and drops immediately when larger ones
 * arrive.
 */
export class BodyMemory {
  readonly #maxBytes: number
  readonly #onFull: () => void
  #largest = 0
  #places: number
  #isFull = false
  #isTold = false

  /** Calls `onFull` when memory starts to limit the calls, and when the limit drops. */
  constructor(maxBytes: number, onFull: () => void = () => undefined) {
    this.#maxBytes = maxBytes
    this.#onFull = onFull
    this.#places = this.#fitting(usualBody)
  }

  /** Maximum number of calls in flight. */
  get places(): number {
    return this.#places
  }

  /** Largest recent body, in bytes. */
  get largest(): number {
    return Math.round(this.#largest)
  }

  /** True if this number of responses that wait for the store fills the memory. */
  isFilledBy(unstored: number): boolean {
    return unstored >= this.#fitting(this.#largest)
  }

  /** Returns true the first time that fewer calls fit than `concurrency`. */
  isNewlyBelow(concurrency: number): boolean {
    if (this.#isTold || this.#places >= concurrency) return false
    this.#isTold = true
    return true
  }

  /** Records the bytes of a response. */
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

/** Message about calls that memory limits, with the option that changes it. */
export function memoryText({ concurrency, body, maxMemory }: MemoryUse, option = 'maxMemory'): string {
  const [size, room] = [body, maxMemory].map((bytes) => `${(bytes / mebibyte).toFixed(1)} MiB`)
  return `${concurrency} at once, because a response takes ${size} and all of them may take ${room}: add memory, or raise ${option}`
}
