import { hopByHop } from 'sluice/internal'

/** A test for the names of fields that end here, which `Trailer` is not; `connection` is the value of that field. Names in lower case. */
export function endsHere(connection: string | undefined): (name: string) => boolean {
  if (connection === undefined || /^\s*(keep-alive|close)\s*$/i.test(connection)) return (name) => hopByHop.has(name)
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()))
  return (name) => hopByHop.has(name) || (named.has(name) && !endToEnd.has(name))
}

/** Fields that `Connection` cannot take away: they say where a message ends or who it is for. */
const endToEnd: ReadonlySet<string> = new Set(['content-length', 'host', 'authorization', 'cache-control'])
