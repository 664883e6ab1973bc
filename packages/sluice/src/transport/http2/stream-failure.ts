import { brokenConnection, isInvalidHttp } from '../connection-error.ts'
import { BodyError, ConnectionLostError, NotProcessedError, ProtocolError } from '../errors.ts'
import type { Session } from './session.ts'

/** Error codes of RFC 9113 section 7: `node:http2` has them too, and takes milliseconds to be loaded. */
export const errorCodes = { noError: 0, protocolError: 1, refusedStream: 7, cancel: 8, http11Required: 13 } as const

/** Names of the error codes, by number. */
export const errorCodeNames = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const

function codeName(code: number): string {
  return errorCodeNames[code] ?? `code ${code}`
}

/** State of a stream that ended without a complete response. */
export interface BrokenStream {
  readonly host: string
  readonly id: number | undefined
  /** Error code of RST_STREAM, if the stream was reset. */
  readonly code: number
  /** 0 before the final headers. */
  readonly status: number
  readonly received: number
  /** Content-length; NaN if there was none. */
  readonly announced: number
  /** Time in ms since the request was sent, if the session carried streams before this one. */
  readonly silentFor: number | undefined
  readonly cause: unknown
}

/** Error for a stream that ended before its response did. */
export function streamFailure(stream: BrokenStream, session: Session): Error {
  const { host, code } = stream
  const { goaway } = session
  const isBeyondGoaway = goaway !== undefined && stream.id !== undefined && stream.id > goaway.lastStreamId
  if (stream.status === 0) {
    if (isBeyondGoaway) return notProcessed(host, `GOAWAY, ${codeName(goaway.code)}`)
    if (!session.isGone && (code === errorCodes.refusedStream || code === errorCodes.http11Required))
      return notProcessed(host, codeName(code))
  }
  if (session.isGone) return lostWith(stream, session)
  const reset = `${host} reset the stream (${codeName(code)})`
  if (stream.status !== 0) return truncated(stream, reset)
  if (code === errorCodes.protocolError) {
    return new ProtocolError(
      `${host} did not answer in valid HTTP/2, or reset the stream (PROTOCOL_ERROR)`,
      stream.cause,
    )
  }
  return new ConnectionLostError(`no response: ${reset}`, { cause: stream.cause })
}

export function wantsHttp1(code: number): boolean {
  return code === errorCodes.http11Required
}

function notProcessed(host: string, how: string): NotProcessedError {
  return new NotProcessedError(`${host} did not process the request (${how})`)
}

/** Error for a stream that ended with its connection: Node ends it itself after invalid frames. */
function lostWith(stream: BrokenStream, { goaway, error }: Session): Error {
  const { host } = stream
  if (goaway !== undefined && goaway.code !== errorCodes.noError) {
    const message = `${host} ended the connection (GOAWAY, ${codeName(goaway.code)})`
    return stream.status === 0 ? new ConnectionLostError(message) : truncated(stream, message)
  }
  const violation = [error, stream.cause].find(isInvalidHttp)
  if (stream.status !== 0 && violation !== undefined) return truncated(stream, `${host} sent invalid HTTP/2`)
  if (error === undefined && stream.status !== 0) return truncated(stream, `${host} closed the connection`)
  const cause = violation ?? error ?? Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
  return brokenConnection(host, cause, { silentFor: stream.status === 0 ? stream.silentFor : undefined })
}

function truncated({ received, announced, status, cause }: BrokenStream, why: string): BodyError {
  const outOf = Number.isNaN(announced) ? '' : ` of ${announced}`
  return new BodyError('SLUICE_BODY_TRUNCATED', `the body ends after ${received}${outOf} bytes: ${why}`, status, cause)
}
