import { mask } from '../../http/redact.ts'
import type { Credentials } from './credentials.ts'

/** Anything shorter is found in ordinary words too. */
const shortest = 4
/** Causes are followed no deeper than this: they may go in a circle. */
const deepest = 8

/** Takes credentials out of what a transport threw: some quote the URL or a header. */
export function maskSecrets(error: unknown, credentials: Credentials): unknown {
  const secrets = secretsOf(credentials)
  let current = error
  for (let depth = 0; current instanceof Error && depth < deepest; depth++) {
    maskIn(current, 'message', secrets)
    maskIn(current, 'stack', secrets)
    current = current.cause
  }
  return error
}

function secretsOf({ headers = {}, query = {} }: Credentials): string[] {
  const values = [...Object.values(headers), ...Object.values(query)]
  // Behind a scheme stands the secret itself.
  const parts = values.flatMap((value) => [value, value.split(' ').at(-1)!, encodeURIComponent(value.toWellFormed())])
  return [...new Set(parts)].filter((part) => part.length >= shortest).sort((a, b) => b.length - a.length)
}

function maskIn(error: Error, property: 'message' | 'stack', secrets: readonly string[]): void {
  const text = error[property]
  if (typeof text !== 'string') return
  const masked = secrets.reduce((rest, secret) => rest.replaceAll(secret, mask), text)
  if (masked === text) return
  // Defined anew, because some errors have it without a way to set it.
  Object.defineProperty(error, property, { value: masked, configurable: true, writable: true, enumerable: false })
}
