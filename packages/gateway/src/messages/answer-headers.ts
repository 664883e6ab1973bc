import { endsHere } from './hop-by-hop.ts'

/** Fields that the gateway sets itself, or that would make callers bypass it (RFC 7838). */
const notPassedOn: ReadonlySet<string> = new Set(['alt-svc', 'via'])

/** Characters that Node rejects in a value (RFC 9110 section 5.5). */
const unsendable = /[^\t\x20-\x7e\x80-\xff]/

export interface AnswerOptions {
  readonly status: number
  /** True if the response is sent in chunks: only then can it have trailers. */
  readonly isChunked: boolean
  /** `1.1 NAME`: protocol of the response and name of the gateway. */
  readonly via: string
  /** Path of the upstream for callers, such as `/github`; empty for a single upstream. */
  readonly prefix: string
  /** Path of the upstream's own URL, without a trailing slash. */
  readonly basePath: string
}

/** Fields of the response for the caller, as alternating names and values. Splits joined cookies. */
export function callerHeaders(headers: Readonly<Record<string, string>>, options: AnswerOptions): string[] {
  const { status, via, isChunked } = options
  const ends = endsHere(headers.connection)
  const list: string[] = []
  for (const name in headers) {
    if (ends(name) || notPassedOn.has(name)) continue
    if (name === 'trailer' && !isChunked) continue
    // RFC 9110 section 8.6: no length if there can be no body.
    if (name === 'content-length' && (status === 204 || status < 200)) continue
    const value = headers[name]!
    for (const one of name === 'set-cookie' ? value.split('\n') : [value]) {
      if (unsendable.test(one)) continue
      list.push(name, name === 'location' ? locationOf(one, options) : one)
    }
  }
  list.push('via', headers.via === undefined ? via : `${headers.via}, ${via}`)
  return list
}

/** Trailers that may be forwarded: without framing, routing and credentials (RFC 9110 section 6.5.1). */
export function callerTrailers(trailers: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(trailers).filter(
    ([name, value]) => !ofTheHead.has(name) && !endsHere(undefined)(name) && !unsendable.test(value),
  )
}

const ofTheHead: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'location',
  'set-cookie',
  'trailer',
  'www-authenticate',
])

/** Translates a redirect to a path of the upstream into a path of the gateway. Other redirects stay unchanged. */
function locationOf(location: string, { prefix, basePath }: AnswerOptions): string {
  if ((prefix === '' && basePath === '') || !/^\/(?!\/)/.test(location)) return location
  if (basePath !== '' && location !== basePath && !location.startsWith(`${basePath}/`)) return location
  return prefix + (location.slice(basePath.length) || '/')
}
