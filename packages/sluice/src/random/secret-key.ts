import { randomBytes } from 'node:crypto'

/** A key of 256 bits that nobody can guess. Not for tests: it never repeats. */
export function secretKey(): Uint8Array {
  return randomBytes(32)
}
