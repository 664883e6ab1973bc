import { createHash } from 'node:crypto'
import { SettingsError } from 'sluice'

/** The part of a database that belongs to the news. */
export interface Schema {
  readonly name: string
  /** As statements call it. */
  readonly quoted: string
  /** Whoever holds this advisory lock is the only one who adds, forgets, or makes tables. */
  readonly lock: string
}

/** @throws SettingsError if PostgreSQL would take no such name */
export function schemaOf(name: string): Schema {
  if (!/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(name)) {
    throw new SettingsError(
      `schema: expected up to 63 small letters, digits and _, not beginning with a digit or pg_; got ${JSON.stringify(name)}`,
    )
  }
  const lock = createHash('sha256').update(`sluice-news ${name}`).digest().readBigInt64BE()
  return { name, quoted: `"${name}"`, lock: String(lock) }
}
