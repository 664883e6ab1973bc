import { createHash } from 'node:crypto'

/**
 * What texts are found by. An index of PostgreSQL takes no text beyond about 2,700 bytes, and addresses and ids may be of any
 * length.
 */
export function keyOf(...texts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(texts)).digest()
}
