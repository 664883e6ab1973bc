import type { IncomingMessage } from 'node:http'
import type { Problem } from '../messages/problem.ts'
import type { Fields } from '../messages/request-headers.ts'

/** Methods that a gateway passes on. */
export const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY'

export interface RefusalOptions {
  /** Host names that callers may use; undefined if any is right, because callers show a token. */
  readonly hosts: ReadonlySet<string> | undefined
}

/** Why a request is not passed on, whatever its upstream. Undefined if it is. */
export function refusalOf(request: IncomingMessage, fields: Fields, { hosts }: RefusalOptions): Problem | undefined {
  const { method, rawHeaders } = request
  if (method === 'TRACE') return methodRefusal('TRACE')
  // RFC 9110 section 7.8: a proxy may ignore an upgrade. That to HTTP/2 is an offer; any other is what the caller needs.
  const upgrade = fields.upgrade
  if (upgrade !== undefined && !/^\s*h2c\s*$/i.test(upgrade)) return upgradeRefusal(upgrade)
  if (countOf(rawHeaders, 'host') > 1)
    return { status: 400, code: 'GATEWAY_BAD_REQUEST', detail: 'The request has more than one Host field.' }
  // RFC 9112 section 3.2.
  if (fields.host === undefined && request.httpVersion === '1.1')
    return { status: 400, code: 'GATEWAY_BAD_REQUEST', detail: 'The request has no Host field.' }
  const host = fields.host ?? ''
  if (/[\s,/@?#\\]/.test(host))
    return { status: 400, code: 'GATEWAY_BAD_REQUEST', detail: 'The Host field is not a host and port.' }
  return hosts === undefined ? undefined : strangerRefusal(host, fields, hosts)
}

/** The refusal of a method that no gateway passes on. */
export function methodRefusal(method: string): Problem {
  const detail = `The method ${method} is not passed on by this gateway.`
  return { status: 405, code: 'GATEWAY_METHOD', detail, headers: { allow: allowedMethods } }
}

function upgradeRefusal(upgrade: string): Problem {
  const detail = `An upgrade to ${upgrade.replace(/[^\x20-\x7e]/g, '?').slice(0, 40)} is not supported by this gateway.`
  return { status: 501, code: 'GATEWAY_UPGRADE', detail }
}

/**
 * The refusal of a web page that a browser shows: it could use the credentials of the gateway. Such a request has a host name that
 * was made to mean this machine, or the origin of another site.
 */
function strangerRefusal(host: string, fields: Fields, hosts: ReadonlySet<string>): Problem | undefined {
  const name = hostName(host)
  if (name !== '' && !isOwnName(name) && !hosts.has(name)) {
    const detail = `The host ${name.slice(0, 100)} is not one by which this gateway may be called (hosts).`
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

/** A host without its port, in lower case. */
function hostName(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase()
}

function countOf(rawHeaders: readonly string[], name: string): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) if (rawHeaders[index]!.toLowerCase() === name) count++
  return count
}
