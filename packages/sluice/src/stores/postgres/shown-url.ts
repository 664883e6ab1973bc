import type { Pg } from './load-pg.ts'

/** What may be told of a URL, and what may not. */
export interface ShownUrl {
  /** `postgres://user@host:port/database`: with what the environment fills in, without anything secret. */
  readonly name: string
  /** Must not be shown, however they are written. */
  readonly secrets: readonly string[]
}

/** @throws Error if the URL names a file that cannot be read. */
export function shownUrl(pg: Pg, url: string): ShownUrl {
  const { user, host, port, database, password } = new pg.Client({ connectionString: url })
  const parsed = new URL(url)
  const given = [password, parsed.password, parsed.searchParams.get('password'), parsed.searchParams.get('sslpassword')]
  const secrets = given.flatMap((secret) =>
    typeof secret === 'string' && secret !== '' ? [secret, encodeURIComponent(secret)] : [],
  )
  const place = host.startsWith('/') ? encodeURIComponent(host) : host
  return { name: `postgres://${user}@${place}:${port}/${database}`, secrets: [...new Set(secrets)] }
}
