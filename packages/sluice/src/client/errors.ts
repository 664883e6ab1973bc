import { messageOf } from '../errors/message-of.ts'
import { type ErrorCode, SluiceError } from '../errors/sluice-error.ts'
import { type ProblemDetails, parseProblem } from '../http/problem-details.ts'
import { type ApiResponse, statusLine } from '../http/response.ts'
import { isoDate } from '../time/iso-date.ts'

/** A whole answer came, and its status says no. */
export abstract class ResponseError extends SluiceError {
  readonly status: number
  /** When the server wants to be asked again, in milliseconds since the epoch, if it said so. */
  readonly retryAt: number | undefined
  /** The answer itself, for what its body says. Not listed among the error's own properties, so that no log prints it. */
  declare readonly response: ApiResponse

  constructor(code: ErrorCode, response: ApiResponse, retryAt?: number) {
    const when = retryAt === undefined ? '' : `, to be tried again at ${isoDate(retryAt)}`
    super(code, `${statusLine(response.status)}${when}`)
    this.status = response.status
    this.retryAt = retryAt
    Object.defineProperty(this, 'response', { value: response, enumerable: false })
  }

  /** What the server says of it in `application/problem+json` (RFC 9457), if it does; in no message, because it may say anything. */
  get problem(): ProblemDetails | undefined {
    return parseProblem(this.response)
  }
}

/** They refused because of a rate or a quota. */
export class ThrottledError extends ResponseError {
  override readonly name = 'ThrottledError'

  constructor(response: ApiResponse, retryAt?: number) {
    super('SLUICE_THROTTLED', response, retryAt)
  }
}

/** The server could not: 5xx. */
export class ServerError extends ResponseError {
  override readonly name = 'ServerError'

  constructor(response: ApiResponse, retryAt?: number) {
    super('SLUICE_SERVER_ERROR', response, retryAt)
  }
}

/** The request was not right: 4xx. */
export class ClientError extends ResponseError {
  override readonly name = 'ClientError'

  constructor(response: ApiResponse, retryAt?: number) {
    super('SLUICE_CLIENT_ERROR', response, retryAt)
  }
}

/** A fault of Sluice itself, or of an object that it was given: `cause` is what was thrown. Please report it. */
export class InternalError extends SluiceError {
  override readonly name = 'InternalError'

  constructor(cause: unknown) {
    super('SLUICE_INTERNAL', `internal error: ${messageOf(cause)}`, cause)
  }
}

/** The run was stopped before this item was begun, or before its next attempt. It did not fail: it is left to do. */
export class UnfinishedError extends SluiceError {
  override readonly name = 'UnfinishedError'

  constructor(reason: string) {
    super('SLUICE_UNFINISHED', `not finished: ${reason}`)
  }
}
