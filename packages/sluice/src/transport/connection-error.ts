import { statusLine } from '../http/response.ts'
import { ConnectError, ConnectionLostError, ProtocolError, type TransportError } from './errors.ts'

/** What the platform's error codes mean, for messages. */
const meanings: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection closed by the server'],
  ['ETIMEDOUT', 'no answer from the network'],
  ['EHOSTUNREACH', 'host unreachable'],
  ['ENETUNREACH', 'network unreachable'],
  ['ENOTFOUND', 'unknown host name'],
  ['EAI_AGAIN', 'the name server did not answer'],
  ['UND_ERR_SOCKET', 'connection closed by the server'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate comes from an authority that is not trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'nobody who is trusted vouches for the certificate'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'nobody who is trusted vouches for the certificate'],
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another name'],
])

/** The request itself is at fault, and the transport says so before anything is sent. */
const unsendable = /^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/

/** The error for a connection that never came about. Nothing was sent. */
export function connectError(host: string, error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  const code = codeOf(error)
  const refusal = proxyRefusal(error)
  if (refusal !== undefined) return refusal
  if (unsendable.test(code))
    return new ConnectError('SLUICE_BAD_INPUT', `cannot be sent: ${meaningOf(error, '')}`, error)
  const message = `cannot connect to ${host}: ${meaningOf(error, code)}${placeOf(error, host)}`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new ConnectError('SLUICE_DNS', message, error)
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return new ConnectError('SLUICE_CONNECT_TIMEOUT', message, error)
  if (isTlsCode(code)) return new ConnectError('SLUICE_TLS', message, error)
  return new ConnectError('SLUICE_CONNECT', message, error)
}

/** The error for a connection that broke after the request had begun to leave. */
export function brokenConnection(host: string, error: unknown, idleRace: boolean): TransportError {
  const code = codeOf(error)
  const refusal = proxyRefusal(error)
  if (refusal !== undefined) return refusal
  const isImproper =
    (error instanceof Error && error.name === 'HTTPParserError') ||
    /^(HPE_.*|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/.test(code)
  if (isImproper) {
    return new ProtocolError(`${host} did not answer in proper HTTP: ${meaningOf(error, code)}`, error)
  }
  return new ConnectionLostError(`lost the connection to ${host}: ${meaningOf(error, code)}`, {
    idleRace,
    cause: error,
  })
}

/** What undici says when a proxy does not let us through: it has no code for it. */
function proxyRefusal(error: unknown): ConnectError | undefined {
  const status =
    error instanceof Error
      ? /^Proxy (?:response|Authentication Required) \((\d+)\)/.exec(error.message)?.[1]
      : undefined
  if (status === undefined) return undefined
  const isFinal = status.startsWith('4')
  return new ConnectError('SLUICE_PROXY', `the proxy refused with ${statusLine(Number(status))}`, error, isFinal)
}

/** Whether this error proves that there was no connection, so that nothing can have been sent. */
export function neverConnected(error: unknown): boolean {
  const code = codeOf(error)
  return (
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|UND_ERR_CONNECT_TIMEOUT)$/.test(code) ||
    /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERR_SSL_WRONG_VERSION)/.test(code)
  )
}

/** Whether the server closed its side in good order, rather than the connection breaking. */
export function isOrderlyClose(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  return (
    (code === 'UND_ERR_SOCKET' && error.message.includes('other side closed')) ||
    code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
    error.message.includes('Invalid EOF state')
  )
}

/** Where the connection was tried, if that is another place than it looks: an address of the name, or a proxy. */
function placeOf(error: unknown, host: string): string {
  if (!(error instanceof Error && 'address' in error && 'port' in error)) return ''
  const place = `${String(error.address)}:${String(error.port)}`
  return place === host ? '' : ` at ${place}`
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return ''
}

function meaningOf(error: unknown, code: string): string {
  const meaning =
    meanings.get(code) ?? (error instanceof Error && error.message !== '' ? error.message : 'unknown reason')
  return code === '' || code === 'UND_ERR_SOCKET' ? meaning : `${meaning} (${code})`
}

function isTlsCode(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|CERT_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code)
}
