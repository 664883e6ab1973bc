import { LinkedList } from '../algorithms/linked-list.ts'
import { messageOf } from '../errors/message-of.ts'
import { SettingsError } from '../errors/settings-error.ts'
import type { Emitter } from '../events/emitter.ts'
import { createRequest, idOf } from '../http/create-request.ts'
import { type ApiRequest, isStreamForm, type RequestInput } from '../http/request.ts'
import { costOf } from '../http/request-fields.ts'
import { Attempt, type BackPressure, Call, type Spending } from '../policies/attempt.ts'
import type { Credentials } from '../policies/auth/credentials.ts'
import { secretsApart } from '../policies/auth/secrets-apart.ts'
import type { TokenKeeperParts } from '../policies/auth/token-keeper.ts'
import type { Judgement } from '../policies/classify.ts'
import { refuseTooLarge } from '../policies/costs/refuse-too-large.ts'
import { ClosedError } from '../policies/errors.ts'
import type { Outcome } from '../policies/outcome.ts'
import type { Next } from '../policies/policy.ts'
import { uniqueKey } from '../random/unique-key.ts'
import { CallLog } from './call-log.ts'
import { callResult, internalFailure, streamedResult } from './call-result.ts'
import { type CallResult, type Failure, noTime } from './result.ts'
import { sameRequest } from './same-request.ts'
import { fitSchema } from './schema/fit-schema.ts'
import type { SchemaOf } from './schema/standard-schema.ts'
import type { ClientSettings } from './settings.ts'
import { CallStream, type StreamedHead } from './streams/call-stream.ts'
import { WorkInput } from './work.ts'

/** Options of a call besides its request. */
export interface CallDetails {
  readonly index: number
  /** Deadline of the whole call in milliseconds; Infinity for none. */
  readonly deadline: number
  readonly backPressure?: BackPressure
  readonly waitsForRecovery?: Call['waitsForRecovery']
  /** Credentials of a token request, in place of the client's. */
  readonly credentials?: () => Credentials
  /** Telemetry context that was active when the call was requested. */
  readonly scope?: unknown
  readonly followsRedirects?: boolean
  /** True if the result should include the bytes of the body. */
  readonly keepBody?: boolean
  /** Schema of the value. */
  readonly schema?: SchemaOf<unknown> | undefined
  readonly spending?: Spending
  /** Name of the caller for round-robin scheduling in the queue. */
  readonly caller?: string | undefined
}

/** A call in progress. */
export interface StartedCall {
  readonly call: Call
  /** Result of the call. Never rejects. For a streamed body it is available with the head of the response. */
  readonly result: Promise<CallResult>
  /** Settles when the call has ended, its body included. Never rejects. */
  readonly ended: Promise<unknown>
}

/** A call in progress, and the caller that started it. */
interface LiveCall {
  readonly call: Call
  readonly caller: Caller
}

/** Request of an input, or the failure of an invalid one. */
export type Prepared = { readonly request: ApiRequest } | { readonly request: undefined; readonly failure: Failure }

/** Starts calls, and tracks those in progress. */
export class Caller {
  readonly #settings: ClientSettings
  readonly #run: Next
  readonly #judge: (outcome: Outcome) => Judgement
  readonly #events: Emitter
  /** Caller of the client that this one extends: closing it ends the calls of both. */
  readonly #origin: Caller | undefined
  /** Calls in progress of all clients that share the limits. */
  readonly #live: LinkedList<LiveCall>
  readonly #checkRequest: (() => void) | undefined
  /** Number of calls so far of all clients that share the limits: a retry keeps its place in this order. */
  #arrivals = 0
  #isClosed = false

  constructor(
    settings: ClientSettings,
    { run, judge }: { readonly run: Next; readonly judge: (outcome: Outcome) => Judgement },
    events: Emitter,
    origin?: Caller,
  ) {
    this.#settings = settings
    this.#run = run
    this.#judge = judge
    this.#events = events
    this.#origin = origin
    this.#live = origin === undefined ? new LinkedList() : origin.#live
    this.#checkRequest = origin === undefined ? sameRequest() : origin.#checkRequest
  }

  /** Validates an input as a request. With `mayStream` the body of its response may be streamed. */
  prepare(input: RequestInput, index: number, mayStream = false): Prepared {
    try {
      this.#checkRequest?.()
      const request = this.#request(input)
      if (!mayStream && isStreamForm(request.readAs)) throw notStreamed(request.readAs)
      return { request }
    } catch (error) {
      // Getters, `toString` and functions of the user can throw anything; only their own item fails.
      const problem = error instanceof SettingsError ? error : unreadable(error)
      return {
        request: undefined,
        failure: { ok: false, index, id: idOf(input), attempts: [], timing: noTime, error: problem },
      }
    }
  }

  begin(request: ApiRequest, details: CallDetails): StartedCall {
    const { index, deadline, backPressure, waitsForRecovery, followsRedirects, credentials, scope, spending } = details
    const { keepBody = false, schema, caller } = details
    const { clock, maxWait } = this.#settings
    const startedAt = clock.now()
    const observer = new CallLog(clock, this.#events, this.#judge)
    const arrival = this.#nextArrival()
    const stream = isStreamForm(request.readAs) ? this.#newStream() : undefined
    const call = new Call({
      request,
      index,
      arrival,
      startedAt,
      deadlineAt: startedAt + deadline,
      backPressure,
      waitsForRecovery,
      credentials,
      scope,
      followsRedirects,
      stream,
      spending,
      caller,
      maxWait,
      observer,
    })
    if (this.#hasEnded()) call.cancellation.cancel(new ClosedError())
    const ended = this.#finish(call, observer, keepBody, schema)
    if (stream === undefined) return { call, result: ended, ended }
    const { bigNumbers } = this.#settings
    const resultOf = (head: StreamedHead): CallResult => streamedResult(call, head, observer, { clock, bigNumbers })
    return { call, result: stream.result(call, ended, resultOf), ended }
  }

  #newStream(): CallStream {
    const { clock, idleTimeout, retry, actualCost } = this.#settings
    const isPolled = (status: number): boolean =>
      retry.poll !== undefined && (status === 202 || retry.poll.statuses.has(status))
    const keepsTail = actualCost !== undefined
    return new CallStream({ clock, events: this.#events, idleTimeout, keepsTail, isPolled })
  }

  /** Ends every call in progress, and every later one at its start. */
  close(): void {
    this.#isClosed = true
    for (const { call, caller } of this.#live.items()) {
      if (caller.#hasEnded()) call.cancellation.cancel(new ClosedError())
    }
  }

  #nextArrival(): number {
    return this.#origin === undefined ? this.#arrivals++ : this.#origin.#nextArrival()
  }

  #hasEnded(): boolean {
    const origin = this.#origin
    return this.#isClosed || (origin === undefined ? false : origin.#hasEnded())
  }

  #finish(call: Call, log: CallLog, keepBody: boolean, schema: SchemaOf<unknown> | undefined): Promise<CallResult> {
    const { clock, bigNumbers } = this.#settings
    const link = this.#live.add({ call, caller: this })
    if (this.#events.isHeard) {
      this.#events.emit({ type: 'call.started', at: call.startedAt, request: call.request })
    }
    const end = (result: CallResult): CallResult => {
      this.#live.remove(link)
      if (this.#events.isHeard) this.#tellSettled(result, call)
      return result
    }
    const fail = (bug: unknown): CallResult => end(internalFailure(call, log, clock.now(), bug))
    // Not an async function: its saved state would cost more than these closures, for each of millions of calls.
    return this.#run(new Attempt(call, 1, clock)).then((outcome) => {
      let result: CallResult
      try {
        result = callResult(call, outcome, this.#judge(outcome), log, { clock, keepBody, bigNumbers })
      } catch (bug) {
        return fail(bug)
      }
      return schema !== undefined && result.ok ? fitSchema(result, schema, call, clock).then(end, fail) : end(result)
    }, fail)
  }

  #tellSettled(result: CallResult, { request, startedAt }: Call): void {
    this.#events.emit({
      type: 'call.settled',
      at: startedAt + result.timing.total,
      request,
      ok: result.ok,
      attempts: result.attempts.length,
      duration: result.timing.total,
      ...(result.status === undefined ? undefined : { status: result.status }),
      ...(result.ok ? undefined : { error: result.error }),
    })
  }

  #request(input: RequestInput): ApiRequest {
    const request = withCost(
      input instanceof WorkInput ? input.make(this.#settings) : createRequest(input, this.#settings),
      this.#settings,
    )
    if (input instanceof WorkInput) return request
    if (!this.#settings.idempotencyKey || request.headers['idempotency-key'] !== undefined) return request
    return { ...request, headers: { ...request.headers, 'idempotency-key': uniqueKey() } }
  }
}

/** Adds the client's `cost` to a request. @throws SettingsError for a cost that is invalid or exceeds its limit */
function withCost(request: ApiRequest, { cost, rates }: ClientSettings): ApiRequest {
  refuseTooLarge(request, rates)
  const expected = cost?.(request)
  return expected === undefined ? request : { ...request, cost: { ...costOf('cost', expected), ...request.cost } }
}

function notStreamed(readAs: string): SettingsError {
  const message = `readAs: '${readAs}' works only for single calls and for runs with \`each\`: other runs buffer their values`
  return new SettingsError(message, 'SLUICE_BAD_INPUT')
}

function unreadable(thrown: unknown): SettingsError {
  return new SettingsError(`the request cannot be read: ${messageOf(thrown)}`, 'SLUICE_BAD_INPUT')
}

/** Priority of token requests: no call can start without its token, so they go before all others. */
const first = Number.MAX_SAFE_INTEGER

/** Sends token requests through the client itself: with its limits, retries and timeouts, but without its credentials. */
export function tokenSender(caller: () => Caller, deadline: number): TokenKeeperParts['send'] {
  return async (input, { waitsForRecovery, scope }, cancellation) => {
    const prepared = caller().prepare(goingFirst(input), 0)
    if (prepared.request === undefined) throw prepared.failure.error
    const { request, credentials } = secretsApart(prepared.request)
    const details = { index: 0, deadline, waitsForRecovery, scope, credentials: () => credentials }
    const { call, result } = caller().begin(request, details)
    cancellation.add(call.cancellation)
    const settled = await result
    cancellation.remove(call.cancellation)
    if (settled.ok) return settled
    throw settled.error
  }
}

function goingFirst(input: RequestInput): RequestInput {
  if (typeof input === 'string' || input instanceof URL) return { url: input, priority: first }
  // An invalid request fails when the client prepares it.
  return typeof input === 'object' && input !== null ? { priority: first, ...input } : input
}
