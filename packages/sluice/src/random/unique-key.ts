import { randomBytes } from 'node:crypto'

/** A key that nobody else has, and nobody can guess (UUID version 4, RFC 9562). Not for tests: it never repeats. */
export function uniqueKey(): string {
  return crypto.randomUUID()
}

/** A key of 256 bits that nobody can guess. Not for tests: it never repeats. */
export function secretKey(): Uint8Array {
  return randomBytes(32)
}
