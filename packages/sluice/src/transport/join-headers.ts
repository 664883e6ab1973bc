/** Field names in lower case, with one value or, if the field came more than once, all of them. */
export type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * One value for each field: those that came more than once are joined, and `set-cookie` with line breaks. The same value twice
 * is one, as two servers on the way add it: a list says the same with it once. Only a coding may have been applied twice.
 */
export function joinHeaders(headers: IncomingHeaders): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value === undefined) continue
    joined[name] = typeof value === 'string' ? value : join(name, value)
  }
  return joined
}

function join(name: string, values: readonly string[]): string {
  if (name === 'set-cookie') return values.join('\n')
  return (name.endsWith('-encoding') ? values : [...new Set(values)]).join(', ')
}
