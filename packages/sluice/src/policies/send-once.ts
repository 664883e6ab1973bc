import { soundThrown } from '../errors/message-of.ts'
import { originOf } from '../http/plain-url.ts'
import type { ApiRequest } from '../http/request.ts'
import { type ApiResponse, responseProblem } from '../http/response.ts'
import type { CancelListener } from '../time/cancellation.ts'
import type { Clock } from '../time/clock.ts'
import { BodyError, TransportError, TransportFaultError } from '../transport/errors.ts'
import type { Transport } from '../transport/transport.ts'
import type { Attempt } from './attempt.ts'
import { type CarriedCredentials, withCredentials, withoutCredentials, withoutPlaces } from './auth/credentials.ts'
import { credentialsMasker, maskSecrets } from './auth/mask-secrets.ts'
import { AuthError } from './errors.ts'
import { type Outcome, outcomeOfCancellation } from './outcome.ts'
import type { Next } from './policy.ts'
import { doWork, workOf } from './work.ts'

/** Time in ms that a transport has to tear down a cancelled exchange before it is abandoned. */
const tearDownTime = 1_000

/** Innermost step: the only place where errors thrown by a transport become outcomes. */
export function sendOnce(transport: Transport, clock: Clock): Next {
  return (attempt) =>
    attempt.cancellation.cancelled
      ? Promise.resolve(outcomeOf(attempt, undefined))
      : new Promise((resolve) => new Sending(transport, attempt, clock, resolve))
}

/** Calls `settle` with the outcome: once, and soon after a cancellation, whatever the transport does. */
class Sending implements CancelListener {
  readonly #attempt: Attempt
  readonly #clock: Clock
  readonly #settle: (outcome: Outcome) => void
  readonly #answer: Promise<ApiResponse>

  constructor(transport: Transport, attempt: Attempt, clock: Clock, settle: (outcome: Outcome) => void) {
    this.#attempt = attempt
    this.#clock = clock
    this.#settle = settle
    this.#answer = begin(transport, attempt)
    attempt.cancellation.add(this)
    this.#answer.then(
      (response) => this.#onResponse(response),
      (error: unknown) => this.#fail(error),
    )
  }

  onCancelled(): void {
    const timer = this.#clock.timer(tearDownTime, () => this.#fail(new Error('the transport ignored its cancellation')))
    const giveBack = (): void => timer.cancel()
    this.#answer.then(giveBack, giveBack)
  }

  #onResponse(response: ApiResponse): void {
    const { request } = this.#attempt
    const problem = responseProblem(response)
    if (problem !== undefined) this.#fail(new TypeError(problem))
    else if (isUnexpectedPart(response, request)) this.#fail(partError(response))
    else this.#end({ kind: 'response', response })
  }

  #fail(error: unknown): void {
    this.#end(outcomeOf(this.#attempt, soundThrown(error)))
  }

  #end(outcome: Outcome): void {
    this.#attempt.cancellation.remove(this)
    this.#settle(outcome)
  }
}

/** Treats a transport that throws synchronously like one that rejects. */
function begin(transport: Transport, attempt: Attempt): Promise<ApiResponse> {
  try {
    const { request, credentials } = attempt
    const work = workOf(request)
    if (work !== undefined) return doWork(work, attempt, attempt)
    const sent: unknown =
      credentials === undefined ? transport.send(request, attempt) : sendWith(credentials, transport, attempt)
    return sent instanceof Promise ? sent : Promise.resolve(sent as ApiResponse)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Adds credentials on the wire only: they appear in neither the request, the response headers nor an error. */
async function sendWith(
  { origin, read, replaces = false }: CarriedCredentials,
  transport: Transport,
  attempt: Attempt,
): Promise<ApiResponse> {
  const { request } = attempt
  // A policy may have changed the origin.
  if (originOf(request.url) !== origin) return await transport.send(request, attempt)
  const credentials = read()
  const maskSent = (text: string): string => credentialsMasker(credentials)(text)
  const cleanHeaders: Attempt['cleanHeaders'] = (headers) => withoutCredentials({ headers }, credentials).headers
  attempt.maskSent = maskSent
  attempt.cleanHeaders = cleanHeaders
  try {
    const bare = replaces ? withoutPlaces(request, credentials) : request
    const response = await transport.send(withCredentials(bare, credentials), attempt)
    return withoutCredentials(response, credentials)
  } catch (error) {
    throw maskSecrets(error, credentials)
  }
}

function outcomeOf(attempt: Attempt, error: unknown): Outcome {
  if (attempt.cancellation.cancelled) return outcomeOfCancellation(attempt.cancellation.reason)
  if (error instanceof TransportError || error instanceof BodyError || error instanceof AuthError)
    return { kind: 'failure', error }
  return { kind: 'failure', error: new TransportFaultError(error) }
}

/** True if a response is a part of a body (RFC 9110 section 15.3.7) although no part was requested. */
export function isUnexpectedPart(
  { status, headers }: Pick<ApiResponse, 'status' | 'headers'>,
  request: ApiRequest,
): boolean {
  if (status !== 206 || request.headers.range !== undefined) return false
  const [, first, last, whole] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(headers['content-range'] ?? '') ?? []
  return first !== '0' || Number(last) + 1 !== Number(whole)
}

function partError({ status, headers }: ApiResponse): BodyError {
  const range = JSON.stringify((headers['content-range'] ?? '').slice(0, 60))
  return new BodyError(
    'SLUICE_BODY_TRUNCATED',
    `the server sent a part of the body that was not requested: content-range ${range}`,
    status,
  )
}
