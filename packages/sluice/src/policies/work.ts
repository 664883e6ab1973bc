import { messageOf, soundThrown } from '../errors/message-of.ts'
import { SluiceError } from '../errors/sluice-error.ts'
import type { ApiRequest } from '../http/request.ts'
import type { ApiResponse } from '../http/response.ts'
import type { OwnExchange } from '../transport/transport.ts'

/** Arguments of a function run within the limits of a client. */
export interface WorkContext {
  /** Aborted when the result is no longer wanted: cancelled, timed out, or past its deadline. */
  readonly signal: AbortSignal
  /** Number of this attempt, from 1. */
  readonly attempt: number
  /** Name of the key that it was admitted with; only for clients with a `pool`. */
  readonly key?: string
}

/** Meaning of a thrown error for retries. `throttled` is the wait in ms, or undefined if unknown. @inline */
export type WorkVerdict = 'transient' | 'permanent' | { readonly throttled: number | undefined }

/** Function that runs in place of a request. */
export interface Work {
  readonly run: (context: WorkContext) => unknown
  readonly classify: (error: unknown) => WorkVerdict
}

/** Request that stands for a function: it is subject to the limits, but never sent. */
export interface WorkRequest extends ApiRequest {
  readonly work: Work
}

/** Function that a request stands for; undefined for ordinary requests. */
export function workOf(request: ApiRequest): Work | undefined {
  return (request as Partial<WorkRequest>).work
}

/** A function passed to `client.run` or `client.mapStream` threw in its last attempt: `cause` is the thrown value. */
export class WorkError extends SluiceError {
  declare readonly code: 'SLUICE_WORK'
  override readonly name = 'WorkError'

  constructor(cause: unknown) {
    super('SLUICE_WORK', messageOf(cause), cause)
  }
}

/** Result of a function in the form of a response, so that all limits and rules for responses apply to it. */
interface WorkResponse extends ApiResponse {
  readonly returned?: unknown
  readonly error?: WorkError
}

const nothing = new Uint8Array()

/** Runs one attempt at a function. Never rejects. */
export async function doWork(
  { run, classify }: Work,
  { number, key }: { readonly number: number; readonly key?: { readonly name: string } | undefined },
  exchange: Pick<OwnExchange, 'signal' | 'onSent' | 'onFirstByte'>,
): Promise<ApiResponse> {
  exchange.onSent()
  try {
    const returned = await run({
      signal: exchange.signal,
      attempt: number,
      ...(key === undefined ? undefined : { key: key.name }),
    })
    return { status: 200, headers: {}, body: nothing, returned } as WorkResponse
  } catch (thrown) {
    return failed(new WorkError(soundThrown(thrown)), verdictOf(thrown, classify))
  } finally {
    exchange.onFirstByte()
  }
}

/** True if a response is the result of a function. */
export function isOfWork(response: ApiResponse): boolean {
  return 'returned' in response || 'error' in response
}

/** Value that a function returned. */
export function returnedBy(response: ApiResponse): unknown {
  return (response as WorkResponse).returned
}

/** Error thrown by a function; undefined for a response of a server. */
export function workError(response: ApiResponse): WorkError | undefined {
  return (response as WorkResponse).error
}

function failed(error: WorkError, verdict: WorkVerdict): WorkResponse {
  const answer = (status: number, headers: Record<string, string>): WorkResponse => ({
    status,
    headers,
    body: nothing,
    error,
  })
  if (verdict === 'permanent') return answer(400, {})
  if (verdict === 'transient') return answer(500, { 'x-should-retry': 'true' })
  const { throttled } = verdict
  return answer(429, throttled === undefined ? {} : { 'retry-after-ms': String(throttled) })
}

/** If the user's function throws or returns no verdict, the error counts as permanent. */
function verdictOf(thrown: unknown, classify: Work['classify']): WorkVerdict {
  try {
    const verdict = classify(thrown)
    if (verdict === 'transient' || verdict === 'permanent') return verdict
    if (!('throttled' in verdict)) return 'permanent'
    const { throttled } = verdict
    return { throttled: typeof throttled === 'number' && throttled >= 0 ? throttled : undefined }
  } catch {
    return 'permanent'
  }
}

/** Codes of temporary errors of Node.js and undici: broken connections, name servers, timeouts. */
const transientCodes =
  /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|ESOCKETTIMEDOUT|EPIPE|ENETUNREACH|EHOSTUNREACH|ENETDOWN|EAI_AGAIN|UND_ERR_(SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT))$/

/**
 * Classifies error shapes common to API clients: `status` or `statusCode`, also of its `response`, `retryAfter` in
 * seconds or a `retry-after` header, and `code`. 429 is throttled; 408, 425, 5xx and broken connections are transient;
 * everything else is permanent.
 */
export function classifyThrown(error: unknown): WorkVerdict {
  const { status, statusCode, response, code, cause } = fieldsOf(error)
  const told = [status, statusCode, fieldsOf(response).status]
    .map(Number)
    .find((number) => number >= 100 && number <= 599)
  if (told === 429) return { throttled: waitOf(error, response) }
  if (told !== undefined) return told === 408 || told === 425 || told >= 500 ? 'transient' : 'permanent'
  return transientCodes.test(String(code)) || transientCodes.test(String(fieldsOf(cause).code))
    ? 'transient'
    : 'permanent'
}

function waitOf(error: unknown, response: unknown): number | undefined {
  const { retryAfter, headers } = fieldsOf(error)
  const seconds = [retryAfter, headerOf(headers), headerOf(fieldsOf(response).headers)].find(
    (value) => value !== undefined && value !== null,
  )
  const wait = Number(seconds) * 1_000
  return wait >= 0 ? wait : undefined
}

function headerOf(headers: unknown): unknown {
  return headers instanceof Headers ? (headers.get('retry-after') ?? undefined) : fieldsOf(headers)['retry-after']
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
