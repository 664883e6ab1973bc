import { hopByHop } from 'sluice/internal'

/** Returns a test for hop-by-hop fields, except `Trailer`. `connection` is that field's value. Names in lower case. */
export function endsHere(connection: string | undefined): (name: string) => boolean {
  if (connection === undefined || /^\s*(keep-alive|close)\s*$/i.test(connection)) return (name) => hopByHop.has(name)
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()))
  return (name) => hopByHop.has(name) || (named.has(name) && !endToEnd.has(name))
}

/** Fields that `Connection` cannot remove: they delimit a message or name its recipient. */
const endToEnd: ReadonlySet<string> = new Set(['content-length', 'host', 'authorization', 'cache-control'])
