import { messageOf } from '../errors/message-of.ts'
import { type ErrorCode, SluiceError } from '../errors/sluice-error.ts'

/** Failure to get a whole answer. */
export abstract class TransportError extends SluiceError {
  /** `'no'`: the server cannot have seen the request. `'maybe'`: it may have acted on it. */
  readonly sent: 'no' | 'maybe'

  constructor(code: ErrorCode, message: string, sent: 'no' | 'maybe', cause?: unknown) {
    super(code, message, cause)
    this.sent = sent
  }
}

const permanentCodes: ReadonlySet<string> = new Set(['SLUICE_TLS', 'SLUICE_BAD_INPUT', 'SLUICE_PRIVATE_ADDRESS'])

/** Nothing was sent: the name is unknown, the port refused, the certificate not trusted, the proxy refused, or the request cannot be sent. */
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
  /** True if a retry cannot help: an untrusted certificate, an invalid request, an address that is denied. */
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

/** One attempt took longer than it may. */
export class AttemptTimeoutError extends TransportError {
  declare readonly code: 'SLUICE_ATTEMPT_TIMEOUT'
  override readonly name = 'AttemptTimeoutError'
  /** The timeout, in milliseconds. */
  readonly timeout: number

  constructor(message: string, timeout: number, sent: 'no' | 'maybe') {
    super('SLUICE_ATTEMPT_TIMEOUT', message, sent)
    this.timeout = timeout
  }
}

/** The connection ended before the answer did. */
export class ConnectionLostError extends TransportError {
  declare readonly code: 'SLUICE_CONNECTION_LOST'
  override readonly name = 'ConnectionLostError'
  /** A kept-alive connection that the server had closed before a byte of the answer: the usual idle race. */
  readonly idleRace: boolean

  constructor(message: string, options: { readonly idleRace?: boolean; readonly cause?: unknown } = {}) {
    super('SLUICE_CONNECTION_LOST', message, 'maybe', options.cause)
    this.idleRace = options.idleRace ?? false
  }
}

/** The server said that it did not process the request, as HTTP/2 can: it can be repeated, whatever the method. */
export class NotProcessedError extends TransportError {
  declare readonly code: 'SLUICE_NOT_PROCESSED'
  override readonly name = 'NotProcessedError'

  constructor(message: string) {
    super('SLUICE_NOT_PROCESSED', message, 'no')
  }
}

/** The answer is not proper HTTP. */
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

/** The function that gives the body of a request failed, or gave what is no body. Ours, not the server's: not tried again. */
export class BodySourceError extends TransportError {
  declare readonly code: 'SLUICE_BODY_SOURCE'
  override readonly name = 'BodySourceError'

  constructor(cause: unknown) {
    const reason = messageOf(cause)
    super('SLUICE_BODY_SOURCE', `the body of the request could not be read: ${reason}`, 'maybe', cause)
  }
}

/**
 * This machine cannot open another connection: open files, ports or memory are used up. Nothing was sent, and the server has
 * no part in it.
 */
export class LocalLimitError extends TransportError {
  declare readonly code: 'SLUICE_LOCAL_LIMIT'
  override readonly name = 'LocalLimitError'

  constructor(message: string, cause: unknown) {
    super('SLUICE_LOCAL_LIMIT', message, 'no', cause)
  }
}

/** One thing in a body that is not as its schema says. */
export interface SchemaIssue {
  /** The keys that lead to it from the outside in; empty for the whole value. */
  readonly path: readonly PropertyKey[]
  /** In the words of the validator. */
  readonly message: string
}

/** The answer came, but its body could not be read as asked. */
export class BodyError extends SluiceError {
  declare readonly code:
    | 'SLUICE_BODY_TOO_LARGE'
    | 'SLUICE_DECODED_TOO_LARGE'
    | 'SLUICE_BODY_TRUNCATED'
    | 'SLUICE_BAD_ENCODING'
    | 'SLUICE_NOT_JSON'
    | 'SLUICE_NOT_TEXT'
    | 'SLUICE_TOO_DEEP'
    | 'SLUICE_SCHEMA'
  override readonly name = 'BodyError'
  /** The status of the answer whose body it was. */
  readonly status: number
  /** Parts that do not fit the schema, the first hundred; only with `SLUICE_SCHEMA`. */
  readonly issues?: readonly SchemaIssue[]

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
