import type { ForwardedMode } from '../options.ts'

/** Caller of a request, as seen by the gateway. */
export interface CallerAddress {
  readonly address: string
  /** Value of its `Host` field. */
  readonly host: string
}

/** Fields that name the original client: those of RFC 7239 and their predecessors. Callers' values are not trusted. */
export const forwardedFields: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
])

/** Fields for the upstream. `given` are those sent by the caller. Names in lower case. */
export function forwardedHeaders(
  mode: ForwardedMode,
  { address, host }: CallerAddress,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  if (mode === 'hide') return { forwarded: 'for=unknown' }
  const node = address.includes(':') ? `"[${address}]"` : address
  const own = {
    forwarded: `for=${node};host=${quoted(host)};proto=http`,
    'x-forwarded-for': address,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'http',
  }
  if (mode === 'show') return own
  const all: Record<string, string> = { ...own, ...given }
  for (const name of ['forwarded', 'x-forwarded-for'] as const)
    if (given[name] !== undefined) all[name] = `${given[name]}, ${own[name]}`
  return all
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
