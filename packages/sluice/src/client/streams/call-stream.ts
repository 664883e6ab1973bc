import type { Emitter } from '../../events/emitter.ts'
import type { Attempt, Call, StreamTaker } from '../../policies/attempt.ts'
import { CancelledError } from '../../policies/errors.ts'
import { isUnaskedPart } from '../../policies/send-once.ts'
import type { Clock } from '../../time/clock.ts'
import { AttemptTimeoutError } from '../../transport/errors.ts'
import type { BodySink } from '../../transport/transport.ts'
import { ResponseError } from '../errors.ts'
import type { CallResult } from '../result.ts'
import { BodyStream } from './body-stream.ts'

/** Head of an answer whose body is still to come. */
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
  /** True if the end of the body is kept to read its cost from. */
  readonly keepsTail: boolean
  /** Statuses below 300 that are requested again, and so are not what the caller gets. */
  readonly isPolled: (status: number) => boolean
}

/** The body of one call, handed over as it comes. The call itself goes on until the body has ended, and holds its permit. */
export class CallStream implements StreamTaker {
  readonly #parts: CallStreamParts
  #call: Call | undefined
  #body: BodyStream | undefined
  #resultOf: ((head: StreamedHead) => CallResult) | undefined
  /** Given up with the result: it would keep the stream in that from being garbage-collected. */
  #resolve: ((result: CallResult) => void) | undefined

  constructor(parts: CallStreamParts) {
    this.#parts = parts
  }

  get isOpen(): boolean {
    return this.#body !== undefined
  }

  /** Result of the call: from the head of its answer, if its body comes as a stream, and otherwise from its end. */
  result(call: Call, ended: Promise<CallResult>, resultOf: (head: StreamedHead) => CallResult): Promise<CallResult> {
    this.#call = call
    this.#resultOf = resultOf
    // At once, while the connection is still being torn down.
    call.cancellation.onCancel((reason) => this.#body?.abort(reasonOf(reason)))
    ended.then((settled) => this.#end(settled))
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  open(attempt: Attempt, status: number, headers: Readonly<Record<string, string>>): BodySink | undefined {
    const { clock, events, idleTimeout, keepsTail, isPolled } = this.#parts
    const hasNoBody = attempt.request.method === 'HEAD' || status === 204 || status === 205
    if (this.isOpen || hasNoBody || isPolled(status) || isUnaskedPart({ status, headers }, attempt.request))
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
    // The body of a refusal, where a transport hands that over too, is whole.
    else if (result.ok || result.error instanceof ResponseError) this.#body.end()
    else this.#body.breakOff(reasonOf(result.error))
  }

  #settle(result: CallResult): void {
    this.#resolve?.(result)
    this.#resolve = undefined
  }
}

/** A caller's own reason is thrown as it is, as the platform does. */
function reasonOf(error: unknown): unknown {
  return error instanceof CancelledError && error.cause !== undefined ? error.cause : error
}
