import { localLimits, meanings } from '#error-codes'
import { certificateWanted } from './connect/certificate-wanted.ts'
import { ConnectError, ConnectionLostError, LocalLimitError, ProtocolError, TransportError } from './errors.ts'

/** Codes of requests that are invalid themselves, before anything is sent. */
const unsendable = /^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/

/** Error for a connection that could not be established. Nothing was sent. */
export function connectError(host: string, error: unknown): TransportError {
  if (error instanceof TransportError) return error
  const code = codeOf(error)
  // EADDRNOTAVAIL means an unusable address here; the connector knows if it means a lack of ports.
  const ours = code === 'EADDRNOTAVAIL' ? undefined : localLimit(error)
  if (ours !== undefined) return ours
  if (unsendable.test(code))
    return new ConnectError('SLUICE_BAD_INPUT', `cannot be sent: ${meaningOf(error, '')}`, error)
  const message = `cannot connect to ${host}: ${meaningOf(error, code)}${placeOf(error, host)}`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new ConnectError('SLUICE_DNS', message, error)
  if (isTlsCode(code)) return new ConnectError('SLUICE_TLS', message, error, !passingAlerts.has(alertOf(error) ?? -1))
  return new ConnectError('SLUICE_CONNECT', message, error)
}

/**
 * Maximum time in ms from a request to the loss of its connection for which the server can have closed it before it
 * read the request. After that it is likely to have processed it.
 */
const idleRaceTime = 100

/** Details of a broken connection. */
export interface BrokenConnection {
  /** Time in ms since the request was sent, if the connection was reused and no byte of a response had arrived. */
  readonly silentFor?: number | undefined
  readonly socket?: object | undefined
}

const noCertificate = 'requires a client certificate: set tls.cert and tls.key (--cert and --key)'

/** Error for a connection that broke after the request had started to leave. */
export function brokenConnection(
  host: string,
  error: unknown,
  { silentFor, socket }: BrokenConnection,
): TransportError {
  if (error instanceof TransportError) return error
  const code = codeOf(error)
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new ProtocolError(`the response headers of ${host} are larger than maxHeaderSize allows`, error)
  }
  const isImproper = isInvalidHttp(error)
  if (code === 'ERR_ASSERTION') return new ProtocolError(`${host} did not answer in valid HTTP`, error)
  if (isImproper && isHttp2Settings(error)) {
    const message = `${host} answered in HTTP/2, which was not offered; set http2: true (--http2), with an https URL`
    return new ProtocolError(message, error)
  }
  if (isImproper) {
    return new ProtocolError(`${host} did not answer in valid HTTP: ${meaningOf(error, code)}`, error)
  }
  const isWanting = socket !== undefined && certificateWanted.has(socket)
  if (certificateAlerts.has(alertOf(error) ?? -1)) {
    const what = isWanting ? noCertificate : `refused the client certificate: ${meaningOf(error, code)}`
    return new ConnectError('SLUICE_TLS', `${host} ${what}`, error)
  }
  // With TLS 1.3 a server may refuse a missing certificate while the request is in transit, sometimes without an
  // alert.
  const hint = silentFor === undefined && isWanting ? `; it ${noCertificate}` : ''
  return new ConnectionLostError(`lost the connection to ${host}: ${meaningOf(error, code)}${hint}`, {
    idleRace: silentFor !== undefined && silentFor <= idleRaceTime,
    cause: error,
  })
}

/**
 * TLS alerts (RFC 8446 section 6) for which a retry may help: close notify, unexpected message, bad record MAC,
 * decryption failed, record overflow, decode and decrypt error, internal error, user cancelled.
 */
const passingAlerts: ReadonlySet<number> = new Set([0, 10, 20, 21, 22, 50, 51, 80, 90])

/** Alerts about the client's certificate, or the lack of one. */
const certificateAlerts: ReadonlySet<number> = new Set([41, 42, 43, 44, 45, 46, 48, 49, 116])

/** Number of the TLS alert that the peer sent; undefined if it sent none. */
function alertOf(error: unknown): number | undefined {
  const number = error instanceof Error ? /SSL alert number (\d+)/.exec(error.message)?.[1] : undefined
  return number === undefined ? undefined : Number(number)
}

/** True if the server sent invalid HTTP, for which the client closed the connection. */
export function isInvalidHttp(error: unknown): boolean {
  return (
    (error instanceof Error && error.name === 'HTTPParserError') ||
    /^(HPE_.*|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|ERR_HTTP2_(?:ERROR|TOO_MANY_INVALID_FRAMES))$/.test(codeOf(error))
  )
}

/**
 * True if the bytes that undici could not parse start with a SETTINGS frame, the first thing an HTTP/2 server sends.
 */
function isHttp2Settings(error: unknown): boolean {
  if (!(error instanceof Error && 'data' in error && typeof error.data === 'string')) return false
  return error.data.startsWith('\0\0') && error.data.charCodeAt(3) === 4
}

/** True if this error proves that there was no connection, so that nothing can have been sent. */
export function neverConnected(error: unknown): boolean {
  const code = codeOf(error)
  return (
    /^(EMFILE|ENFILE|ENOBUFS|EADDRNOTAVAIL|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ERR_CONNECT|UND_ERR_CONNECT_TIMEOUT)$/.test(
      code,
    ) || /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERR_SSL_WRONG_VERSION)/.test(code)
  )
}

/** True if the server closed the connection gracefully. */
export function isOrderlyClose(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  return (
    (code === 'UND_ERR_SOCKET' && error.message.includes('other side closed')) ||
    code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
    error.message.includes('Invalid EOF state')
  )
}

/** Place of the failed connection, if it differs from the host: an address of it, or a proxy. */
function placeOf(error: unknown, host: string): string {
  if (!(error instanceof Error && 'address' in error && 'port' in error)) return ''
  const address = String(error.address)
  const place = `${address.includes(':') ? `[${address}]` : address}:${String(error.port)}`
  return host.endsWith(place) ? '' : ` at ${place}`
}

/** System error code; that of the first address if all were tried. Empty if there is none. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return ''
}

function meaningOf(error: unknown, code: string): string {
  const meaning = meanings.get(code) ?? reasonOf(error)
  return code === '' || code === 'UND_ERR_SOCKET' ? meaning : `${meaning} (${code})`
}

/** OpenSSL's message without its file names, if there is one. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || error.message === '') return 'unknown reason'
  return 'reason' in error && typeof error.reason === 'string' && error.message.includes('SSL routines')
    ? error.reason
    : error.message
}

function isTlsCode(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|CERT_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code)
}

/** Error for a connection that this machine could not open, whatever the server; undefined for any other error. */
export function localLimit(error: unknown): LocalLimitError | undefined {
  if (error instanceof LocalLimitError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const meaning = localLimits.get(code)
  return meaning === undefined ? undefined : new LocalLimitError(`cannot open a connection: ${meaning}`, error)
}
