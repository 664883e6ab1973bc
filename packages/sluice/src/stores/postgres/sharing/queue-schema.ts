import { createHash } from 'node:crypto'

/** Names that are the same with and without quotes, and leave room for what is added. */
const plain = /^[a-z_][a-z0-9_]{0,56}$/

/** The schema of the queue that belongs to a schema of runs: a plain name, and no two have the same. */
export function queueSchema(schema: string): string {
  if (plain.test(schema)) return `${schema}_queue`
  return `queue_of_${createHash('sha256').update(schema).digest('hex').slice(0, 32)}`
}
