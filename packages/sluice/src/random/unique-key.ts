/** A unique key that cannot be guessed (UUID version 4, RFC 9562). Not for tests: it never repeats. */
export function uniqueKey(): string {
  return crypto.randomUUID()
}

/** A random key of 256 bits. Not for tests: it never repeats. */
export function secretKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32))
}
