import { messageOf } from '../errors/message-of.ts'
import { SettingsError } from '../errors/settings-error.ts'
import type { Emitter } from '../events/emitter.ts'
import { createRequest, idOf } from '../http/create-request.ts'
import type { ApiRequest, RequestInput } from '../http/request.ts'
import { Attempt, type BackPressure, Call } from '../policies/attempt.ts'
import type { Credentials } from '../policies/auth/credentials.ts'
import type { Judgement } from '../policies/classify.ts'
import { ClosedError } from '../policies/errors.ts'
import type { Outcome } from '../policies/outcome.ts'
import type { Next } from '../policies/policy.ts'
import { uniqueKey } from '../random/unique-key.ts'
import { CallLog } from './call-log.ts'
import { brokenCall, callResult } from './call-result.ts'
import { type CallResult, type Failure, noTime } from './result.ts'
import { fitSchema } from './schema/fit-schema.ts'
import type { SchemaOf } from './schema/standard-schema.ts'
import type { ClientSettings } from './settings.ts'

/** What a call is given besides its request. */
export interface CallDetails {
  readonly index: number
  /** Milliseconds for the whole call; Infinity for none. */
  readonly deadline: number
  readonly backPressure?: BackPressure
  readonly waitsForRecovery?: boolean
  /** Of a request for a token, in place of the client's. */
  readonly credentials?: () => Credentials
  /** What telemetry found active where the call was asked for. */
  readonly scope?: unknown
  readonly followsRedirects?: boolean
  /** Whether the result has the bytes of the body too. */
  readonly keepBody?: boolean
  /** What the value must fit. */
  readonly schema?: SchemaOf<unknown> | undefined
}

/** A call under way. */
export interface StartedCall {
  readonly call: Call
  /** Never rejects. */
  readonly result: Promise<CallResult>
}

/** The request that an input stands for; or, if it stands for none, the failure that says why. */
export type Prepared = { readonly request: ApiRequest } | { readonly request: undefined; readonly failure: Failure }

/** Begins calls, and knows those that are under way. */
export class Caller {
  readonly #settings: ClientSettings
  readonly #run: Next
  readonly #judge: (outcome: Outcome) => Judgement
  readonly #events: Emitter
  readonly #live = new Set<Call>()
  #arrivals = 0
  #isClosed = false

  constructor(
    settings: ClientSettings,
    { run, judge }: { readonly run: Next; readonly judge: (outcome: Outcome) => Judgement },
    events: Emitter,
  ) {
    this.#settings = settings
    this.#run = run
    this.#judge = judge
    this.#events = events
  }

  prepare(input: RequestInput, index: number): Prepared {
    try {
      return { request: this.#request(input) }
    } catch (error) {
      // A getter, a `toString` or a function of the user's may throw anything: it costs its own item.
      const problem = error instanceof SettingsError ? error : unreadable(error)
      return {
        request: undefined,
        failure: { ok: false, index, id: idOf(input), attempts: [], timing: noTime, error: problem },
      }
    }
  }

  begin(request: ApiRequest, details: CallDetails): StartedCall {
    const { index, deadline, backPressure, waitsForRecovery, followsRedirects, credentials, scope } = details
    const { keepBody = false, schema } = details
    const { clock } = this.#settings
    const startedAt = clock.now()
    const observer = new CallLog(clock, this.#events, this.#judge)
    const arrival = this.#arrivals++
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
      observer,
    })
    if (this.#isClosed) call.cancellation.cancel(new ClosedError())
    return { call, result: this.#finish(call, observer, keepBody, schema) }
  }

  /** Ends every call under way, and every one to come. */
  close(): void {
    this.#isClosed = true
    for (const call of [...this.#live]) call.cancellation.cancel(new ClosedError())
  }

  async #finish(
    call: Call,
    log: CallLog,
    keepBody: boolean,
    schema: SchemaOf<unknown> | undefined,
  ): Promise<CallResult> {
    const { clock, bigNumbers } = this.#settings
    this.#live.add(call)
    if (this.#events.isHeard) {
      this.#events.emit({ type: 'call.started', at: call.startedAt, request: call.request })
    }
    let result: CallResult
    try {
      const outcome = await this.#run(new Attempt(call, 1, clock))
      result = callResult(call, outcome, this.#judge(outcome), log, { clock, keepBody, bigNumbers })
      if (schema !== undefined && result.ok) result = await fitSchema(result, schema, call, clock)
    } catch (bug) {
      result = brokenCall(call, log, clock.now(), bug)
    }
    this.#live.delete(call)
    if (this.#events.isHeard) this.#tellSettled(result, call)
    return result
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
    const request = createRequest(input, this.#settings)
    if (!this.#settings.idempotencyKey || request.headers['idempotency-key'] !== undefined) return request
    return { ...request, headers: { ...request.headers, 'idempotency-key': uniqueKey() } }
  }
}

function unreadable(thrown: unknown): SettingsError {
  return new SettingsError(`the request cannot be read: ${messageOf(thrown)}`, 'SLUICE_BAD_INPUT')
}
