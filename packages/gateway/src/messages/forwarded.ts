import type { ForwardedMode } from '../options.ts'

/** The caller of a request, as the gateway sees it. */
export interface CallerAddress {
  readonly address: string
  /** What it asked for as `Host`. */
  readonly host: string
}

/** Fields that say for whom a request is forwarded: those of RFC 7239, and those from before it. A caller's own are not believed. */
export const forwardedFields: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
])

/** The fields that the upstream gets; `given` are those of the caller. Names in lower case. */
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
