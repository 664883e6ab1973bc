import { createHash } from 'node:crypto'

/** Knows texts again, however long and many they are: of each it keeps 16 letters of its digest (96 bits). */
export class SeenBefore {
  readonly #digests = new Set<string>()

  /** Answers whether it was there already, and keeps it. */
  has(text: string): boolean {
    const digest = digestOf(text)
    if (this.#digests.has(digest)) return true
    this.#digests.add(digest)
    return false
  }
}

/** The first 96 bits of SHA-256. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
