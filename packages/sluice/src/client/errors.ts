import { messageOf } from '../errors/message-of.ts'
import type { SettingsError } from '../errors/settings-error.ts'
import { type ErrorCall, type ErrorCode, SluiceError } from '../errors/sluice-error.ts'
import { showText } from '../http/decode-text.ts'
import { graphqlMessages } from '../http/graphql.ts'
import { type ProblemDetails, parseProblem } from '../http/problem-details.ts'
import { type ApiResponse, isJsonType, statusLine } from '../http/response.ts'
import { defaultTransient, type Judgement, throttledStatuses } from '../policies/classify.ts'
import type {
  AuthError,
  CancelledError,
  CircuitOpenError,
  ClosedError,
  DeadlineExceededError,
  PausedError,
  PendingError,
  PolicyError,
  QueueFullError,
  QueueTimeoutError,
  RedirectError,
  WouldMissDeadlineError,
} from '../policies/errors.ts'
import { type WorkError, workError } from '../policies/work.ts'
import { isoDate } from '../time/iso-date.ts'
import type {
  AttemptTimeoutError,
  BodyError,
  BodySourceError,
  ConnectError,
  ConnectionLostError,
  LocalLimitError,
  NotProcessedError,
  ProtocolError,
  TransportFaultError,
} from '../transport/errors.ts'
import type { PaginationError } from './pagination/page-sequence.ts'
import { readValue } from './read-value.ts'

/** A complete response with an error status. */
export abstract class ResponseError extends SluiceError {
  readonly status: number
  /** Time at which the server allows a retry, in milliseconds since the epoch. */
  readonly retryAt: number | undefined
  /** Response including its body. Not enumerable, so that logs do not print it. */
  declare readonly response: ApiResponse

  constructor(code: ErrorCode, response: ApiResponse, retryAt?: number, call?: FailedCall) {
    const when = retryAt === undefined ? '' : `, retry at ${isoDate(retryAt)}`
    // Only a GraphQL response fails with a status below 400.
    const how = response.status < 400 ? ' with GraphQL errors' : ''
    super(code, `${statusLine(response.status)}${how}${when}`, undefined, call)
    this.status = response.status
    this.retryAt = retryAt
    Object.defineProperty(this, 'response', { value: response, enumerable: false })
    if (call !== undefined) Object.defineProperty(this, 'mask', { value: call.mask, enumerable: false })
  }

  override get isTransient(): boolean {
    return super.isTransient || defaultTransient.statuses.has(this.status)
  }

  /**
   * Value of the body: parsed JSON, text or bytes, by its content type; undefined if it is empty. Not checked, and not
   * masked.
   */
  get value(): unknown {
    try {
      return readValue(this.response, 'auto')
    } catch {
      // Declared as JSON, but it is none.
      return showText(this.response.body, this.response.headers['content-type'] ?? '')
    }
  }

  /** Problem details of the server (`application/problem+json`, RFC 9457), if it sent any. Not masked. */
  get problem(): ProblemDetails | undefined {
    return parseProblem(this.response)
  }

  /**
   * Explanation of the server: title and detail of its problem details, messages of GraphQL errors, or the beginning of
   * a text or JSON body. One line of at most 200 characters, with the credentials of the request masked.
   */
  get detail(): string | undefined {
    const { mask } = this as { readonly mask?: FailedCall['mask'] }
    const words = serverWords(this.response, this.problem)
    return words === undefined ? undefined : bounded(mask === undefined ? words : mask(words))
  }
}

/** Call of an error, and a function that masks its credentials. */
export interface FailedCall extends ErrorCall {
  readonly mask: (text: string) => string
}

/** Maximum number of characters read from a body, and in an explanation. */
const maxRead = 4_000
const maxShown = 200

function serverWords(response: ApiResponse, problem: ProblemDetails | undefined): string | undefined {
  const { status, headers, body } = response
  const messages = status < 400 ? graphqlMessages(response) : undefined
  if (messages !== undefined) return messages.slice(0, maxRead)
  const told = [problem?.title, problem?.detail].filter((text) => text !== undefined).join(': ')
  if (told !== '') return told.slice(0, maxRead)
  const type = headers['content-type'] ?? ''
  if (body.byteLength === 0 || !(isJsonType(type) || /^\s*text\/(?!html)/i.test(type))) return undefined
  return showText(body.subarray(0, maxRead), type)
}

function bounded(text: string): string | undefined {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  if (line === '') return undefined
  return line.length <= maxShown ? line : `${line.slice(0, maxShown - 1)}…`
}

/** The request was refused because of a rate limit or a quota. */
export class ThrottledError extends ResponseError {
  declare readonly code: 'SLUICE_THROTTLED'
  override readonly name = 'ThrottledError'

  constructor(response: ApiResponse, retryAt?: number, call?: FailedCall) {
    super('SLUICE_THROTTLED', response, retryAt, call)
  }
}

/** The server failed: a status from 500 up. */
export class ServerError extends ResponseError {
  declare readonly code: 'SLUICE_SERVER_ERROR'
  override readonly name = 'ServerError'

  constructor(response: ApiResponse, retryAt?: number, call?: FailedCall) {
    super('SLUICE_SERVER_ERROR', response, retryAt, call)
  }
}

/** The server rejected the request: a status from 400 to 499, or GraphQL errors without data (`retry.graphql`). */
export class ClientError extends ResponseError {
  declare readonly code: 'SLUICE_CLIENT_ERROR'
  override readonly name = 'ClientError'

  constructor(response: ApiResponse, retryAt?: number, call?: FailedCall) {
    super('SLUICE_CLIENT_ERROR', response, retryAt, call)
  }
}

/** Creates the error of a failed response: of a server, or of a function. */
export function responseError(
  response: ApiResponse,
  { verdict, retryAt }: Judgement,
  call?: FailedCall,
): ResponseError | WorkError {
  const thrown = workError(response)
  if (thrown !== undefined) return thrown
  const { status } = response
  if (verdict === 'throttled' || throttledStatuses.has(status)) return new ThrottledError(response, retryAt, call)
  return status >= 500 ? new ServerError(response, retryAt, call) : new ClientError(response, retryAt, call)
}

/** Internal error of Sluice, or of an object passed to it: `cause` is the thrown value. Please report it. */
export class InternalError extends SluiceError {
  declare readonly code: 'SLUICE_INTERNAL'
  override readonly name = 'InternalError'

  constructor(cause: unknown) {
    super('SLUICE_INTERNAL', `internal error: ${messageOf(cause)}`, cause)
  }
}

/**
 * The run was stopped before this item, or its next attempt, started. The item has not failed: it is still to be done.
 */
export class UnfinishedError extends SluiceError {
  declare readonly code: 'SLUICE_UNFINISHED'
  override readonly name = 'UnfinishedError'

  constructor(reason: string) {
    super('SLUICE_UNFINISHED', `not finished: ${reason}`)
  }
}

/** Errors of a call. Each class has its own codes, so that `switch (error.code)` narrows to it. */
export type CallError =
  | SettingsError
  | QueueFullError
  | QueueTimeoutError
  | CircuitOpenError
  | PausedError
  | WouldMissDeadlineError
  | ConnectError
  | AttemptTimeoutError
  | ConnectionLostError
  | NotProcessedError
  | ProtocolError
  | LocalLimitError
  | BodySourceError
  | TransportFaultError
  | ThrottledError
  | ServerError
  | ClientError
  | BodyError
  | RedirectError
  | PendingError
  | DeadlineExceededError
  | AuthError
  | PolicyError
  | PaginationError
  | CancelledError
  | ClosedError
  | WorkError
  | InternalError
  | UnfinishedError
