import { createHash } from 'node:crypto'

/**
 * The idempotency key of an item: made from the run's own random seed, which is in the store before anything is sent, so
 * that it is the same over attempts, restarts and kills, and needs no room. In the form of a UUID (version 8, RFC 9562).
 */
export function idempotencyKey(seed: string, index: number): string {
  const digest = createHash('sha256').update(`${seed} ${index}`).digest()
  digest[6] = (digest[6]! & 0x0f) | 0x80
  digest[8] = (digest[8]! & 0x3f) | 0x80
  const hex = digest.toString('hex', 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
