import { createHash, type Hash } from 'node:crypto'

/** Verifies the first bytes of a stream by their SHA-256 digest, at any position that was passed. */
export class PrefixDigest {
  readonly #hash: Hash = createHash('sha256')
  /** Bytes that are not included in the digest yet. */
  #pending: Uint8Array[] = []
  #hashed = 0

  /** Number of bytes in the digest. */
  get length(): number {
    return this.#hashed
  }

  /** Passes the bytes through. */
  async *pass(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bytes) {
      this.#pending.push(chunk)
      yield chunk
    }
  }

  /**
   * Adds the first `length` bytes to the digest, and passes the rest through.
   *
   * @throws the error made by `onMismatch` if these are not the bytes of the digest, or the stream is shorter
   */
  async *skip(
    bytes: AsyncIterable<Uint8Array>,
    { length, digest, onMismatch }: { length: number; digest: string; onMismatch: () => Error },
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let isPast = false
    for await (const chunk of bytes) {
      this.#pending.push(chunk)
      if (isPast) {
        yield chunk
        continue
      }
      const left = length - this.#hashed
      this.advanceTo(Math.min(length, this.#hashed + chunk.length))
      if (this.#hashed < length) continue
      if (this.digest() !== digest) throw onMismatch()
      isPast = true
      if (left < chunk.length) yield chunk.subarray(left)
    }
    if (!isPast) throw onMismatch()
  }

  /** Adds the bytes up to this position to the digest. Never moves back. */
  advanceTo(length: number): void {
    while (this.#hashed < length) {
      const chunk = this.#pending[0]!
      const wanted = Math.min(chunk.length, length - this.#hashed)
      this.#hash.update(chunk.subarray(0, wanted))
      this.#hashed += wanted
      if (wanted === chunk.length) this.#pending.shift()
      else this.#pending[0] = chunk.subarray(wanted)
    }
  }

  digest(): string {
    return this.#hash.copy().digest('base64url')
  }
}
