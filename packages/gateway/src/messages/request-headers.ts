import type { IncomingMessage } from 'node:http'
import type { ForwardedMode } from '../options.ts'
import { endsHere } from './hop-by-hop.ts'

/** Fields of a request, joined by name, with unchanged values. */
export type Fields = Readonly<Record<string, string>>

/** Fields of a request: repeated ones joined (RFC 9110 section 5.3), names in lower case. */
export function joinedFields({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): Fields {
  const fields: Record<string, string> = {}
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    const value = rawHeaders[index + 1]!
    const before: unknown = fields[name]
    // `constructor` is a possible field name.
    fields[name] = typeof before !== 'string' ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`
  }
  return fields
}

/** Fields addressed to the gateway: the priority in the queue, and the name of the caller. */
export const priorityField = 'sluice-priority'
const callerField = 'sluice-client'

/**
 * Name of a caller in the queue and in figures: the name it sends, or its address and program. Programs on one machine
 * differ only in `User-Agent`.
 */
export function callerName(fields: Fields, address: string): string {
  const given = printable(fields[callerField])
  return (given === '' ? `${address} ${printable(fields['user-agent'])}`.trimEnd() : given).slice(0, longestName)
}

function printable(text = ''): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '').trim()
}

const longestName = 100

/** Priority requested by a caller, clamped to -100 to 100; undefined if it is not an integer. */
export function priorityOf(text: string): number | undefined {
  return /^[+-]?\d{1,9}$/.test(text) ? Math.max(-100, Math.min(100, Number(text))) : undefined
}

/** Fields that the transport writes, or that are addressed to the gateway. */
const notPassedOn: ReadonlySet<string> = new Set([
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'max-forwards',
  'via',
  priorityField,
  callerField,
])

export interface PassingOptions {
  readonly forwarded: ForwardedMode
  readonly caller: CallerAddress
  /** `1.1 NAME`: protocol of the request and name of the gateway. */
  readonly via: string
  /** Fields that callers cannot set, because they are addressed to the gateway or set by it. */
  readonly ownFields: ReadonlySet<string>
  /** True if `Authorization` was addressed to the gateway. */
  readonly isTokenTaken: boolean
}

/** Fields of the request to the upstream. */
export function upstreamHeaders(fields: Fields, options: PassingOptions): Record<string, string> {
  const { forwarded, caller, via, ownFields, isTokenTaken } = options
  const ends = endsHere(fields.connection)
  const headers: Record<string, string> = {}
  const given: Record<string, string> = {}
  for (const name in fields) {
    const value = fields[name]!
    if (forwardedFields.has(name)) given[name] = value
    else if (!notPassedOn.has(name) && !ownFields.has(name) && !ends(name)) headers[name] = value
  }
  if (isTokenTaken) delete headers.authorization
  headers.via = fields.via === undefined ? via : `${fields.via}, ${via}`
  const hops = fields['max-forwards']
  if (hops !== undefined && /^\d{1,9}$/.test(hops)) headers['max-forwards'] = String(Number(hops) - 1)
  return Object.assign(headers, forwardedHeaders(forwarded, caller, given))
}

/** Caller of a request, as seen by the gateway. */
interface CallerAddress {
  readonly address: string
  /** Value of its `Host` field. */
  readonly host: string
}

/** Fields that name the original client: those of RFC 7239 and their predecessors. Callers' values are not trusted. */
const forwardedFields: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
])

/** Fields for the upstream. `given` are those sent by the caller. Names in lower case. */
function forwardedHeaders(
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
