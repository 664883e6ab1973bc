import { redactUrl } from '../../http/redact.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Outcome } from '../outcome.ts'
import { isOfWork, workError, workOf } from '../work.ts'

/** Names and values by the semantic conventions. */
export type Attributes = Record<string, string | number>

/** Methods of RFC 9110, with PATCH and QUERY. Others are not used as names, since clients can invent many of them. */
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

/** Span name of a request. */
export function spanName(request: ApiRequest): string {
  return workOf(request) === undefined ? spanNameOf(request.method) : `run ${request.partition}`
}

/** Span name of a request with this method. */
export function spanNameOf(method: string): string {
  return knownMethods.has(method) ? method : 'HTTP'
}

/** Attributes of the method, known or not. */
export function methodAttributes(method: string): Attributes {
  return knownMethods.has(method)
    ? { 'http.request.method': method }
    : { 'http.request.method': '_OTHER', 'http.request.method_original': method }
}

/** Attributes of a request in metrics: of low cardinality. */
export function metricAttributes(request: ApiRequest): Attributes {
  const { method, url } = request
  if (workOf(request) !== undefined) return { 'code.function.name': request.partition }
  const { protocol, hostname, port } = new URL(url)
  return {
    'http.request.method': knownMethods.has(method) ? method : '_OTHER',
    // IPv6 addresses have brackets only in URLs.
    'server.address': hostname.replace(/^\[(.*)\]$/, '$1'),
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  }
}

/** Further attributes of a request in its span. `resends` is the number of requests the call has sent before. */
export function spanAttributes(request: ApiRequest, resends: number): Attributes {
  const { method, url } = request
  if (workOf(request) !== undefined) return {}
  return {
    'url.full': redactUrl(url),
    ...(knownMethods.has(method) ? undefined : { 'http.request.method_original': method }),
    ...(resends === 0 ? undefined : { 'http.request.resend_count': resends }),
  }
}

/** Attributes of the outcome. */
export function outcomeAttributes(outcome: Outcome): Attributes {
  const error = errorType(outcome)
  const isOfServer = outcome.kind === 'response' && !isOfWork(outcome.response)
  return {
    ...(isOfServer ? { 'http.response.status_code': outcome.response.status } : undefined),
    ...(error === undefined ? undefined : { 'error.type': error }),
  }
}

/** Status, error code, or `cancelled`; undefined if there is no error. */
export function errorType(outcome: Outcome): string | undefined {
  if (outcome.kind === 'cancelled') return 'cancelled'
  if (outcome.kind !== 'response') return outcome.error.code
  const thrown = workError(outcome.response)
  if (thrown !== undefined) return thrown.code
  const { status } = outcome.response
  return status >= 400 ? String(status) : undefined
}
