/** Unique, unguessable key (UUID version 4, RFC 9562). Not reproducible. */
export function uniqueKey(): string {
  return crypto.randomUUID()
}

/** Random key of 256 bits. Not reproducible. */
export function secretKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32))
}
