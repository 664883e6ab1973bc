import { createHash, type Hash } from 'node:crypto'

/** Knows the first bytes of a stream again by their digest (SHA-256), at any place that has been passed. */
export class PrefixDigest {
  readonly #hash: Hash = createHash('sha256')
  /** Bytes that are not in the digest yet. */
  #pending: Uint8Array[] = []
  #hashed = 0

  /** How many bytes the digest is of. */
  get length(): number {
    return this.#hashed
  }

  /** Hands on the bytes as they come. */
  async *pass(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bytes) {
      this.#pending.push(chunk)
      yield chunk
    }
  }

  /**
   * Takes the first `length` bytes into the digest, and hands on the others.
   *
   * @throws what `onMismatch` makes if these are not what the digest was made of, or there are not so many.
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

  /** Takes into the digest what came up to this place: never back. */
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
