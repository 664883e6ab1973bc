import type { Emitter } from '../../events/emitter.ts'
import type { Attempt, Call, StreamTaker } from '../../policies/attempt.ts'
import { CancelledError } from '../../policies/errors.ts'
import { isUnexpectedPart } from '../../policies/send-once.ts'
import type { Clock } from '../../time/clock.ts'
import { AttemptTimeoutError } from '../../transport/errors.ts'
import type { BodySink } from '../../transport/transport.ts'
import { ResponseError } from '../errors.ts'
import type { CallResult } from '../result.ts'
import { BodyStream } from './body-stream.ts'

/** Head of a response whose body has yet to arrive. */
export interface StreamedHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReadableStream<Uint8Array>
  readonly attempt: Attempt
}

export interface CallStreamParts {
  readonly clock: Clock
  readonly events: Emitter
  readonly idleTimeout: number
  /** True if the end of the body is retained to read its cost. */
  readonly keepsTail: boolean
  /** True for statuses below 300 that are polled again, and so are not returned to the caller. */
  readonly isPolled: (status: number) => boolean
}

/** Streamed body of one call. The call continues, and holds its permit, until the body has ended. */
export class CallStream implements StreamTaker {
  readonly #parts: CallStreamParts
  #call: Call | undefined
  #body: BodyStream | undefined
  #resultOf: ((head: StreamedHead) => CallResult) | undefined
  /** Released with the result: it would keep the result's stream from being garbage-collected. */
  #resolve: ((result: CallResult) => void) | undefined

  constructor(parts: CallStreamParts) {
    this.#parts = parts
  }

  get isOpen(): boolean {
    return this.#body !== undefined
  }

  /** Result of the call: available with the response head if the body is streamed, otherwise at the end of the call. */
  result(call: Call, ended: Promise<CallResult>, resultOf: (head: StreamedHead) => CallResult): Promise<CallResult> {
    this.#call = call
    this.#resultOf = resultOf
    // Immediately, while the connection is still being torn down.
    call.cancellation.onCancel((reason) => this.#body?.abort(reasonOf(reason)))
    ended.then((settled) => this.#end(settled))
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  open(attempt: Attempt, status: number, headers: Readonly<Record<string, string>>): BodySink | undefined {
    const { clock, events, idleTimeout, keepsTail, isPolled } = this.#parts
    const hasNoBody = attempt.request.method === 'HEAD' || status === 204 || status === 205
    if (this.isOpen || hasNoBody || isPolled(status) || isUnexpectedPart({ status, headers }, attempt.request))
      return undefined
    const body = new BodyStream({
      clock,
      idleTimeout,
      keepsTail,
      onIdle: (side, message) => {
        if (side === 'server') attempt.cancellation.cancel(new AttemptTimeoutError(message, idleTimeout, 'maybe'))
        else this.#call?.cancellation.cancel(new CancelledError(new Error(message)))
      },
      onCancel: (reason) =>
        this.#call?.cancellation.cancel(new CancelledError(reason ?? new Error('the body was cancelled'))),
    })
    this.#body = body
    attempt.streamed = body
    if (events.isHeard) {
      const { request, number } = attempt
      const now = clock.now()
      events.emit({
        type: 'attempt.headers',
        at: now,
        request,
        attempt: number,
        status,
        after: now - attempt.admittedAt,
      })
    }
    this.#settle(this.#resultOf!({ status, headers, body: body.open(), attempt }))
    return body
  }

  #end(result: CallResult): void {
    if (this.#body === undefined) this.#settle(result)
    // If the transport also streams the body of a refusal, that body is complete.
    else if (result.ok || result.error instanceof ResponseError) this.#body.end()
    else this.#body.breakOff(reasonOf(result.error))
  }

  #settle(result: CallResult): void {
    this.#resolve?.(result)
    this.#resolve = undefined
  }
}

/** Unwraps a reason of the caller, which is thrown unchanged as the platform does. */
function reasonOf(error: unknown): unknown {
  return error instanceof CancelledError && error.cause !== undefined ? error.cause : error
}
