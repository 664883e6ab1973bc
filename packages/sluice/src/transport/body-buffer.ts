/** The most that is reserved ahead for a body whose length the server has announced, in bytes. */
const longestReserve = 1024 * 1024

/**
 * The bytes of a body as they come, in one buffer that grows: a body takes at most twice its size, however small its chunks.
 * A body that comes whole is not copied.
 */
export class BodyBuffer {
  #bytes: Uint8Array = empty
  #size = 0

  /** Bytes so far. */
  get size(): number {
    return this.#size
  }

  /** Adds a chunk. `announced` is the length of the whole body, if the server has said it. */
  add(chunk: Uint8Array, announced = 0): void {
    const size = this.#size + chunk.byteLength
    if (this.#size === 0) this.#bytes = chunk
    else {
      // The first chunk is not ours to write into, and has no room.
      if (size > this.#bytes.byteLength)
        this.#grow(Math.max(size, 2 * this.#size, announced > 0 ? Math.min(announced, longestReserve) : 0))
      this.#bytes.set(chunk, this.#size)
    }
    this.#size = size
  }

  /** The bytes so far. What is added later does not change them. */
  take(): Uint8Array {
    const { byteLength } = this.#bytes
    return byteLength === this.#size ? this.#bytes : this.#bytes.subarray(0, this.#size)
  }

  #grow(capacity: number): void {
    const grown = Buffer.allocUnsafeSlow(capacity)
    grown.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = grown
  }
}

const empty = new Uint8Array()
