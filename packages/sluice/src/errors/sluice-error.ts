/*
 * SluiceError                   code, message, summary, request, attempts, cause; never thrown itself ├─ SettingsError
 * wrong options or a wrong request: before anything is sent, never in the middle of a call ├─ RejectedError
 * refused by a local limit: safe to retry, whatever the method │   ├─ QueueFullError         the queue is full │   ├─
 * QueueTimeoutError      it waited in the queue for maxWait: position, retryAt │   ├─ CircuitOpenError       the
 * breaker is open: retryAt │   ├─ PausedError            the server requested a longer wait than maxRetryAfter: retryAt
 * │   └─ WouldMissDeadlineError the earliest possible start is after the deadline ├─ TransportError             no
 * complete answer; `sent` tells whether the server may have seen the request │   ├─ ConnectError           sent 'no' │
 * ├─ AttemptTimeoutError    sent 'maybe', or 'no' when there was no connection yet │   ├─ ConnectionLostError    sent
 * 'maybe' │   ├─ NotProcessedError      sent 'no': the server itself said so │   ├─ ProtocolError          sent
 * 'maybe': the answer is not valid HTTP │   ├─ LocalLimitError        sent 'no': this machine has no files, ports or
 * memory for another connection │   ├─ BodySourceError        sent 'maybe': the function that makes the request's body
 * failed │   └─ TransportFaultError    sent 'maybe': a bug in the transport ├─ ResponseError              a complete
 * answer with an error status: retryAt, if it named a time │   ├─ ThrottledError         429, or another status that
 * means too many requests │   ├─ ServerError            5xx │   └─ ClientError            4xx ├─ BodyError
 * the body cannot be used: too large, truncated, not JSON, nested too deep, does not fit its schema ├─ RedirectError
 * a redirect that was refused ├─ PaginationError            the next page cannot be determined: page ├─ PendingError
 * the result was still not ready when polling for it ended ├─ DeadlineExceededError      the time for the whole call is
 * used up ├─ AuthError                  no token for the request ├─ PolicyError                a custom policy threw,
 * or broke the rules of policies ├─ WorkError                  a function given to run or mapStream threw; cause: what
 * it threw ├─ CancelledError             the call was cancelled; cause: the reason of its signal ├─ ClosedError
 * the client was closed before the call ended ├─ InternalError              a bug in Sluice, or in an object passed to
 * it ├─ UnfinishedError            the run stopped before this item was done ├─ StoreError                 a run store
 * failed: full, damaged, newer, in use └─ SourceChangedError         the input of a resumed run is not the one it
 * started with
 *
 * Each family is defined beside the code that raises it.
 */

/** All error codes. Stable: scripts and stored results rely on them. */
export type ErrorCode =
  | 'SLUICE_SETTINGS'
  | 'SLUICE_BAD_INPUT'
  | 'SLUICE_QUEUE_FULL'
  | 'SLUICE_QUEUE_TIMEOUT'
  | 'SLUICE_WOULD_MISS_DEADLINE'
  | 'SLUICE_CIRCUIT_OPEN'
  | 'SLUICE_PAUSED'
  | 'SLUICE_CANCELLED'
  | 'SLUICE_CLOSED'
  | 'SLUICE_DNS'
  | 'SLUICE_PRIVATE_ADDRESS'
  | 'SLUICE_CONNECT'
  | 'SLUICE_CONNECT_TIMEOUT'
  | 'SLUICE_TLS'
  | 'SLUICE_PROXY'
  | 'SLUICE_PROTOCOL'
  | 'SLUICE_TRANSPORT_FAULT'
  | 'SLUICE_BODY_SOURCE'
  | 'SLUICE_LOCAL_LIMIT'
  | 'SLUICE_ATTEMPT_TIMEOUT'
  | 'SLUICE_CONNECTION_LOST'
  | 'SLUICE_NOT_PROCESSED'
  | 'SLUICE_THROTTLED'
  | 'SLUICE_SERVER_ERROR'
  | 'SLUICE_CLIENT_ERROR'
  | 'SLUICE_BODY_TOO_LARGE'
  | 'SLUICE_DECODED_TOO_LARGE'
  | 'SLUICE_BODY_TRUNCATED'
  | 'SLUICE_BAD_ENCODING'
  | 'SLUICE_NOT_JSON'
  | 'SLUICE_NOT_TEXT'
  | 'SLUICE_NOT_EVENTS'
  | 'SLUICE_TOO_DEEP'
  | 'SLUICE_SCHEMA'
  | 'SLUICE_REDIRECT_REFUSED'
  | 'SLUICE_TOO_MANY_REDIRECTS'
  | 'SLUICE_PAGE_LOOP'
  | 'SLUICE_PAGE_ORIGIN'
  | 'SLUICE_PAGE_LIMIT'
  | 'SLUICE_PAGE_SHAPE'
  | 'SLUICE_PENDING'
  | 'SLUICE_DEADLINE'
  | 'SLUICE_AUTH'
  | 'SLUICE_POLICY'
  | 'SLUICE_WORK'
  | 'SLUICE_INTERNAL'
  | 'SLUICE_UNWRITABLE'
  | 'SLUICE_UNFINISHED'
  | 'SLUICE_WORKER_DIED'
  | 'SLUICE_STORE'
  | 'SLUICE_STORE_FULL'
  | 'SLUICE_STORE_READ_ONLY'
  | 'SLUICE_STORE_DAMAGED'
  | 'SLUICE_STORE_NEWER'
  | 'SLUICE_STORE_DRIVER'
  | 'SLUICE_STORE_REFUSED'
  | 'SLUICE_RUN_BUSY'
  | 'SLUICE_RUN_EXISTS'
  | 'SLUICE_RUN_UNKNOWN'
  | 'SLUICE_SOURCE_CHANGED'

/** The call that an error belongs to. */
export interface ErrorCall {
  readonly method: string
  /** URL with secrets masked. */
  readonly url: string
  /** Number of attempts that were sent. */
  readonly attempts: number
}

/** Base class of every error that Sluice throws or returns. */
export abstract class SluiceError extends Error {
  /** Stable across versions: branch on this. */
  readonly code: ErrorCode
  /** The failed request, its URL with secrets masked. Missing if the error does not belong to a call. */
  declare readonly request?: { readonly method: string; readonly url: string }
  /** Number of attempts that were sent. Missing if the error does not belong to a call. */
  declare readonly attempts?: number

  /** With `call` the message names it: `GET https://api.example/items/7: 404 Not Found after 1 attempt`. */
  constructor(code: ErrorCode, message: string, cause?: unknown, call?: ErrorCall) {
    super(call === undefined ? message : callMessage(message, call), cause === undefined ? undefined : { cause })
    this.code = code
    if (call !== undefined) addCall(this, message, call)
  }

  /** Message without method, URL and number of attempts: equal for all calls that fail alike. */
  get summary(): string {
    return this.message
  }

  /**
   * True if the same request may succeed later, unchanged: a local limit refused it, no complete response arrived, or
   * its status is retried by default. False if the response would be the same.
   */
  get isTransient(): boolean {
    return transientCodes.has(this.code)
  }
}

const transientCodes: ReadonlySet<ErrorCode> = new Set([
  'SLUICE_DNS',
  'SLUICE_CONNECT',
  'SLUICE_CONNECT_TIMEOUT',
  'SLUICE_LOCAL_LIMIT',
  'SLUICE_ATTEMPT_TIMEOUT',
  'SLUICE_CONNECTION_LOST',
  'SLUICE_NOT_PROCESSED',
  'SLUICE_THROTTLED',
  'SLUICE_BODY_TRUNCATED',
  'SLUICE_PENDING',
  'SLUICE_DEADLINE',
  'SLUICE_UNFINISHED',
])

/**
 * The same error, with a message that names its call. An error of another call, or one that cannot be changed, is
 * copied.
 */
export function withCall<E extends SluiceError>(error: E, call: ErrorCall): E {
  const named = Object.isExtensible(error) && error.request === undefined ? error : copyOf(error)
  const { summary, stack, message: before } = named
  const message = callMessage(summary, call)
  // V8 has already put the message into the stack, and prints that one.
  Object.defineProperty(named, 'message', { value: message, configurable: true, writable: true, enumerable: false })
  if (typeof stack === 'string') {
    const value = stack.replace(before, () => message)
    Object.defineProperty(named, 'stack', { value, configurable: true, writable: true, enumerable: false })
  }
  addCall(named, summary, call)
  return named
}

function addCall(error: SluiceError, summary: string, { method, url, attempts }: ErrorCall): void {
  Object.defineProperty(error, 'summary', { value: summary, configurable: true, enumerable: false })
  Object.assign(error, { request: { method, url }, attempts })
}

/** Maximum length of URLs in messages; `request.url` is complete. */
const longestUrl = 300

function callMessage(summary: string, { method, url, attempts }: ErrorCall): string {
  const shown = url.length <= longestUrl ? url : `${url.slice(0, longestUrl - 1)}…`
  const times = `after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`
  const after = attempts === 0 ? '' : /[,;:(]/.test(summary) ? `, ${times}` : ` ${times}`
  return `${method} ${shown}: ${summary}${after}`
}

/** A real error with the class and all properties of another. */
function copyOf<E extends SluiceError>(error: E): E {
  const copy = Object.setPrototypeOf(new Error(), Object.getPrototypeOf(error)) as E
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    Object.defineProperty(copy, name, {
      ...property,
      configurable: true,
      ...('value' in property && { writable: true }),
    })
  }
  return copy
}
