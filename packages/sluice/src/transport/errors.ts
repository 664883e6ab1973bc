import { messageOf } from '../errors/message-of.ts'
import { type ErrorCode, SluiceError } from '../errors/sluice-error.ts'

/** Failure to get a complete response. */
export abstract class TransportError extends SluiceError {
  /** `'no'`: the server cannot have seen the request. `'maybe'`: it may have acted on it. */
  readonly sent: 'no' | 'maybe'

  constructor(code: ErrorCode, message: string, sent: 'no' | 'maybe', cause?: unknown) {
    super(code, message, cause)
    this.sent = sent
  }
}

const permanentCodes: ReadonlySet<string> = new Set(['SLUICE_TLS', 'SLUICE_BAD_INPUT', 'SLUICE_PRIVATE_ADDRESS'])

/**
 * Nothing was sent: unknown host name, refused connection, untrusted certificate, refusing proxy, or invalid request.
 */
export class ConnectError extends TransportError {
  declare readonly code:
    | 'SLUICE_DNS'
    | 'SLUICE_PRIVATE_ADDRESS'
    | 'SLUICE_CONNECT'
    | 'SLUICE_CONNECT_TIMEOUT'
    | 'SLUICE_TLS'
    | 'SLUICE_PROXY'
    | 'SLUICE_BAD_INPUT'
  override readonly name = 'ConnectError'
  /** True if a retry cannot help: an untrusted certificate, an invalid request, a denied address. */
  readonly permanent: boolean

  constructor(
    code: ConnectError['code'],
    message: string,
    cause?: unknown,
    permanent: boolean = permanentCodes.has(code),
  ) {
    super(code, message, 'no', cause)
    this.permanent = permanent
  }
}

/** An attempt exceeded its timeout. */
export class AttemptTimeoutError extends TransportError {
  declare readonly code: 'SLUICE_ATTEMPT_TIMEOUT'
  override readonly name = 'AttemptTimeoutError'
  /** Timeout in milliseconds. */
  readonly timeout: number

  constructor(message: string, timeout: number, sent: 'no' | 'maybe') {
    super('SLUICE_ATTEMPT_TIMEOUT', message, sent)
    this.timeout = timeout
  }
}

/** The connection ended before the response did. */
export class ConnectionLostError extends TransportError {
  declare readonly code: 'SLUICE_CONNECTION_LOST'
  override readonly name = 'ConnectionLostError'
  /**
   * True if a kept-alive connection was lost within 100 ms of the request, before the first byte of the response: the server
   * has probably closed it before it read the request.
   */
  readonly idleRace: boolean

  constructor(message: string, options: { readonly idleRace?: boolean; readonly cause?: unknown } = {}) {
    super('SLUICE_CONNECTION_LOST', message, 'maybe', options.cause)
    this.idleRace = options.idleRace ?? false
  }
}

/** The server reported that it did not process the request, as HTTP/2 can: it can be retried with any method. */
export class NotProcessedError extends TransportError {
  declare readonly code: 'SLUICE_NOT_PROCESSED'
  override readonly name = 'NotProcessedError'

  constructor(message: string) {
    super('SLUICE_NOT_PROCESSED', message, 'no')
  }
}

/** The response is not valid HTTP. */
export class ProtocolError extends TransportError {
  declare readonly code: 'SLUICE_PROTOCOL'
  override readonly name = 'ProtocolError'

  constructor(message: string, cause?: unknown) {
    super('SLUICE_PROTOCOL', message, 'maybe', cause)
  }
}

/** A bug in the transport, or in a handler passed to it. Not retried. */
export class TransportFaultError extends TransportError {
  declare readonly code: 'SLUICE_TRANSPORT_FAULT'
  override readonly name = 'TransportFaultError'

  constructor(cause: unknown) {
    const reason = messageOf(cause)
    super('SLUICE_TRANSPORT_FAULT', `the transport failed: ${reason}`, 'maybe', cause)
  }
}

/**
 * The function that provides the body of a request failed, or returned an invalid body. Not the server's fault, so not
 * retried.
 */
export class BodySourceError extends TransportError {
  declare readonly code: 'SLUICE_BODY_SOURCE'
  override readonly name = 'BodySourceError'

  constructor(cause: unknown) {
    const reason = messageOf(cause)
    super('SLUICE_BODY_SOURCE', `the body of the request could not be read: ${reason}`, 'maybe', cause)
  }
}

/**
 * This machine cannot open another connection: open files, ports or memory are used up. Nothing was sent, and the
 * server is not involved.
 */
export class LocalLimitError extends TransportError {
  declare readonly code: 'SLUICE_LOCAL_LIMIT'
  override readonly name = 'LocalLimitError'

  constructor(message: string, cause: unknown) {
    super('SLUICE_LOCAL_LIMIT', message, 'no', cause)
  }
}

/** One mismatch between a body and its schema. */
export type SchemaIssue = NonNullable<BodyError['issues']>[number]

/** A response arrived, but its body could not be read as requested. */
export class BodyError extends SluiceError {
  declare readonly code:
    | 'SLUICE_BODY_TOO_LARGE'
    | 'SLUICE_DECODED_TOO_LARGE'
    | 'SLUICE_BODY_TRUNCATED'
    | 'SLUICE_BAD_ENCODING'
    | 'SLUICE_NOT_JSON'
    | 'SLUICE_NOT_TEXT'
    | 'SLUICE_NOT_EVENTS'
    | 'SLUICE_TOO_DEEP'
    | 'SLUICE_SCHEMA'
  override readonly name = 'BodyError'
  /** Status of the response. */
  readonly status: number
  /**
   * Mismatches with the schema, at most a hundred; only with `SLUICE_SCHEMA`. `path` has the keys that lead to it, outermost first, and is
   * empty for the whole value; `message` is that of the validator.
   */
  readonly issues?: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]

  constructor(
    code: BodyError['code'],
    message: string,
    status: number,
    cause?: unknown,
    issues?: readonly SchemaIssue[],
  ) {
    super(code, message, cause)
    this.status = status
    if (issues !== undefined) this.issues = issues
  }
}
