import { redactUrl } from '../../http/redact.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Outcome } from '../outcome.ts'
import { isOfWork, workError, workOf } from '../work.ts'

/** Names and values, as the semantic conventions have them. */
export type Attributes = Record<string, string | number>

/** The methods of RFC 9110, with PATCH and QUERY: any other would be a name that anybody can make up. */
const knownMethods: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
])

/** The name of the span of a request. */
export function spanName(request: ApiRequest): string {
  return workOf(request) === undefined ? spanNameOf(request.method) : `run ${request.partition}`
}

/** Span name of a request with this method. */
export function spanNameOf(method: string): string {
  return knownMethods.has(method) ? method : 'HTTP'
}

/** Attributes that say the method, whatever it is. */
export function methodAttributes(method: string): Attributes {
  return knownMethods.has(method)
    ? { 'http.request.method': method }
    : { 'http.request.method': '_OTHER', 'http.request.method_original': method }
}

/** Attributes of a request in metrics: few different values. */
export function metricAttributes(request: ApiRequest): Attributes {
  const { method, url } = request
  if (workOf(request) !== undefined) return { 'code.function.name': request.partition }
  const { protocol, hostname, port } = new URL(url)
  return {
    'http.request.method': knownMethods.has(method) ? method : '_OTHER',
    // An IPv6 address stands in brackets in a URL only.
    'server.address': hostname.replace(/^\[(.*)\]$/, '$1'),
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  }
}

/** Further attributes of a request in its span. `resends` is how many requests the call has sent before. */
export function spanAttributes(request: ApiRequest, resends: number): Attributes {
  const { method, url } = request
  if (workOf(request) !== undefined) return {}
  return {
    'url.full': redactUrl(url),
    ...(knownMethods.has(method) ? undefined : { 'http.request.method_original': method }),
    ...(resends === 0 ? undefined : { 'http.request.resend_count': resends }),
  }
}

/** Attributes of the way it ended. */
export function outcomeAttributes(outcome: Outcome): Attributes {
  const error = errorType(outcome)
  const isOfServer = outcome.kind === 'response' && !isOfWork(outcome.response)
  return {
    ...(isOfServer ? { 'http.response.status_code': outcome.response.status } : undefined),
    ...(error === undefined ? undefined : { 'error.type': error }),
  }
}

/** The status or the code of an error, or `cancelled`; nothing if it is none. */
export function errorType(outcome: Outcome): string | undefined {
  if (outcome.kind === 'cancelled') return 'cancelled'
  if (outcome.kind !== 'response') return outcome.error.code
  const thrown = workError(outcome.response)
  if (thrown !== undefined) return thrown.code
  const { status } = outcome.response
  return status >= 400 ? String(status) : undefined
}
