import type { IncomingMessage } from 'node:http'
import type { Problem } from '../messages/problem.ts'
import type { Fields } from '../messages/request-headers.ts'

/** Methods that the gateway forwards. */
export const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY'

export interface RefusalOptions {
  /** Host names that callers may use; undefined if any is allowed, because callers authenticate with a token. */
  readonly hosts: ReadonlySet<string> | undefined
}

/** Reason to refuse a request for any upstream; undefined if it is forwarded. */
export function refusalOf(request: IncomingMessage, fields: Fields, { hosts }: RefusalOptions): Problem | undefined {
  const { method, rawHeaders } = request
  if (method === 'TRACE') return methodRefusal('TRACE')
  // RFC 9110 section 7.8: a proxy may ignore an upgrade. An upgrade to HTTP/2 is optional; callers depend on any
  // other.
  const upgrade = fields.upgrade
  if (upgrade !== undefined && !/^\s*h2c\s*$/i.test(upgrade)) return upgradeRefusal(upgrade)
  // RFC 9110 section 10.1.1: HTTP/1.0 has no expectations, and there is only one.
  if (
    fields.expect !== undefined &&
    request.httpVersion === '1.1' &&
    !/(?:^|\W)100-continue(?:$|\W)/i.test(fields.expect)
  )
    return { status: 417, code: 'GATEWAY_EXPECT', detail: 'The only expectation that is supported is 100-continue.' }
  if (countOf(rawHeaders, 'host') > 1)
    return { status: 400, code: 'GATEWAY_BAD_REQUEST', detail: 'The request has more than one Host field.' }
  // RFC 9112 section 3.2.
  if (fields.host === undefined && request.httpVersion === '1.1')
    return { status: 400, code: 'GATEWAY_BAD_REQUEST', detail: 'The request has no Host field.' }
  const host = fields.host ?? ''
  if (/[\s,/@?#\\]/.test(host))
    return { status: 400, code: 'GATEWAY_BAD_REQUEST', detail: 'The Host field is not a host and port.' }
  return hosts === undefined ? undefined : browserRefusal(host, fields, hosts)
}

/** Refusal of a method that the gateway never forwards. */
export function methodRefusal(method: string): Problem {
  const detail = `The method ${method} is not forwarded by this gateway.`
  return { status: 405, code: 'GATEWAY_METHOD', detail, headers: { allow: allowedMethods } }
}

function upgradeRefusal(upgrade: string): Problem {
  const detail = `An upgrade to ${upgrade.replace(/[^\x20-\x7e]/g, '?').slice(0, 40)} is not supported by this gateway.`
  return { status: 501, code: 'GATEWAY_UPGRADE', detail }
}

/**
 * Refuses requests by web pages in a browser, which could use the gateway's credentials. Such a request has a host name
 * that was made to resolve to this machine, or the origin of another site.
 */
function browserRefusal(host: string, fields: Fields, hosts: ReadonlySet<string>): Problem | undefined {
  const name = hostName(host)
  if (name !== '' && !isOwnName(name) && !hosts.has(name)) {
    const detail = `The host ${name.slice(0, 100)} is not a name of this gateway (hosts).`
    return { status: 403, code: 'GATEWAY_HOST', detail }
  }
  const { origin, 'sec-fetch-site': site } = fields
  const isForeign = origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`
  if (!isForeign && site !== 'cross-site' && site !== 'same-site') return undefined
  return { status: 403, code: 'GATEWAY_ORIGIN', detail: 'Web pages of other sites may not call this gateway.' }
}

function isOwnName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** Host without its port, in lower case. */
function hostName(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase()
}

function countOf(rawHeaders: readonly string[], name: string): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) if (rawHeaders[index]!.toLowerCase() === name) count++
  return count
}
