import type { ApiRequest } from '../../http/request.ts'
import type { ApiResponse } from '../../http/response.ts'

/** Credentials, stored apart from requests: added when a request is sent, and visible nowhere else. */
export interface Credentials {
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** Body of a token request, which is secret as a whole. */
  readonly body?: string | Uint8Array
}

/** Credentials of one attempt. Read when the request is sent, so that they are current; a function is never logged. */
export interface CarriedCredentials {
  /** The only origin they are sent to. */
  readonly origin: string
  readonly read: () => Credentials
  /** True if they replace values that the request sets itself. @default false */
  readonly replaces?: boolean
}

/** Key of a pool with which a request was admitted. */
export interface HeldKey {
  readonly name: string
  /** @throws AuthError if the credentials are unknown */
  readonly credentials: () => Credentials
  /** Number of other keys that can be used now. */
  readonly others: () => number
}

/** Place of a credential in a request. */
export type Place =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'query'; readonly name: string }

/** Credentials with `secret` at this place. */
export function placed({ kind, name }: Place, secret: string): Credentials {
  return kind === 'header' ? { headers: { [name]: secret } } : { query: { [name]: secret } }
}

/** True if the request itself sets a value at this place. */
export function isSetBy({ headers, url }: ApiRequest, { kind, name }: Place): boolean {
  if (kind === 'header') return headers[name] !== undefined
  return url.includes('?') && new URL(url).searchParams.has(name)
}

/** Request with credentials added, as it is sent. Values that the request sets itself are not replaced. */
export function withCredentials(request: ApiRequest, credentials: Credentials): ApiRequest {
  const { headers, query = {}, body } = credentials
  const names = Object.keys(query).filter((name) => !isSetBy(request, { kind: 'query', name }))
  const hasBody = body !== undefined && request.body === undefined && !['GET', 'HEAD'].includes(request.method)
  return {
    ...request,
    url: names.reduce((url, name) => url + (url.includes('?') ? '&' : '?') + pairOf(name, query[name]!), request.url),
    headers: { ...headers, ...request.headers },
    ...(hasBody ? { body } : undefined),
  }
}

/** Request without the values it sets itself at the places of these credentials. */
export function withoutPlaces(request: ApiRequest, { headers = {}, query = {} }: Credentials): ApiRequest {
  const names = Object.keys(query).filter((name) => isSetBy(request, { kind: 'query', name }))
  const kept = Object.entries(request.headers).filter(([name]) => !Object.hasOwn(headers, name))
  const url = names.length === 0 ? undefined : new URL(request.url)
  for (const name of names) url?.searchParams.delete(name)
  return { ...request, url: url?.href ?? request.url, headers: Object.fromEntries(kept) }
}

/**
 * Response without query credentials in its headers: servers repeat them in links and redirects. The parameter is
 * removed, and added again when such a link is requested.
 */
export function withoutCredentials<T extends Pick<ApiResponse, 'headers'>>(response: T, { query }: Credentials): T {
  if (query === undefined) return response
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) headers[name] = withoutPairs(value, query)
  return { ...response, headers }
}

function withoutPairs(text: string, query: Readonly<Record<string, string>>): string {
  return Object.entries(query).reduce((rest, [name, value]) => {
    const written = [pairOf(name, value), String(new URLSearchParams({ [name]: value })), `${name}=${value}`]
    const pair = new RegExp(`([?&])(?:${written.map(escaped).join('|')})(&|(?![^\\s#"'<>,;]))`, 'g')
    return rest.replace(pair, (_, before: string, after: string) => (after === '&' ? before : ''))
  }, text)
}

function pairOf(name: string, value: string): string {
  return `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
